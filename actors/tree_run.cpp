#include "actors/tree_run.hpp"

#include "messages/limits.hpp"
#include "messages/log.hpp"
#include "storage/files/held_folder.hpp"
#include "storage/files/system_error.hpp"
#include <algorithm>
#include <numeric>
#include <sys/stat.h>

namespace omegasafe::actors {

namespace fs = std::filesystem;

namespace {

/// Below this a disk counts as full: the next files would fail like the last one, and waste positions.
constexpr std::uintmax_t full_disk_bytes = 1024 * 1024;

bool disk_is_full(const fs::path& folder) {
    std::error_code unknown;
    const auto space = fs::space(folder, unknown);
    return !unknown && space.available < full_disk_bytes;
}

} // namespace

tree_unit tree_run::next_unit() {
    const auto waits = [](const planned& p) { return !p.entry.is_folder && !p.status; };
    const auto large = [](const planned& p) { return p.entry.attributes.size > limits::small_file_bytes; };
    while (next_large_ < order_.size()) {
        const auto number = order_[next_large_++];
        if (waits(plan_[number]) && large(plan_[number]))
            return {sides_of(number)};
    }
    tree_unit unit;
    for (std::uint64_t bytes = 0; next_small_ < order_.size() && unit.size() < limits::group_files; ++next_small_) {
        const auto number = order_[next_small_];
        const auto& next = plan_[number];
        if (!waits(next) || large(next))
            continue;
        bytes += next.entry.attributes.size;
        if (bytes > limits::group_bytes)
            break;
        unit.push_back(sides_of(number));
    }
    return unit;
}

bool tree_run::is_large(const tree_unit& unit) {
    return unit.front().attributes.size > limits::small_file_bytes;
}

void tree_run::finished(const tree_unit&, const std::vector<file_result>& results) {
    for (const auto& result : results) {
        if (result.code == errc::none) {
            plan_[result.number].status = tree_status::done;
            note(result.protection);
            continue;
        }
        mark_failed(result.number, {result.code, result.sentence});
        if (result.code == errc::io_failed && disk_is_full(output_))
            throw failure(errc::io_failed, "The disk of " + output_.string() + " is full; make room.");
    }
}

progress tree_run::expected() const {
    progress all;
    for (const auto& file : plan_)
        if (!file.entry.is_folder && !file.status) {
            ++all.files_total;
            all.total += file.entry.attributes.size;
        }
    return all;
}

std::vector<std::size_t> tree_run::numbers() const {
    std::vector<std::size_t> all(plan_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

void tree_run::mark_failed(std::size_t number, const failure& problem) {
    auto& row = plan_[number];
    row.status = tree_status::failed;
    row.code = problem.code();
    row.sentence = problem.what();
}

bool tree_run::any_failed() const {
    return std::ranges::any_of(plan_, [](const planned& p) { return p.status == tree_status::failed; }) ||
           std::ranges::any_of(problems_, [](const auto& p) { return p.code != errc::none; });
}

void tree_run::note(const file_protection& found) {
    const auto before = protection_.value_or(found);
    protection_ = {before.layer && found.layer, before.authenticated && found.authenticated, found.format_version,
        before.layer_missing || found.layer_missing};
    without_layer_ += found.layer_missing ? 1 : 0;
}

tree_report tree_run::report() const {
    tree_report made{output_, {}, std::chrono::steady_clock::now() - started_, false,
        protection_.value_or(file_protection{}), tree_uuid_};
    if (without_layer_ > 0)
        log::warn(
            "{} of the tree's files, its index among them, are genuine but without the AES-256-GCM layer, which their "
            "key has here: they were encrypted without a layer password; encrypt the tree again to seal it.",
            without_layer_);
    for (const auto& [entry, status, code, sentence] : plan_)
        if (status)
            made.items.push_back({entry.path, entry.is_folder ? "" : storage::encrypted_name(entry.encrypted), *status,
                entry.attributes.size, code, sentence});
    for (const auto& [path, code, sentence] : problems_)
        made.items.push_back(
            {path, "", code == errc::none ? tree_status::skipped : tree_status::failed, 0, code, sentence});
    std::ranges::sort(made.items, {}, &tree_item::path);
    return made;
}

held_folder_ptr make_tree_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        throw storage::system_failure(errc::output_refused, "Cannot make the folder " + folder.string(), errno);
    return std::make_shared<const storage::held_folder>(folder, errc::output_refused);
}

} // namespace omegasafe::actors
