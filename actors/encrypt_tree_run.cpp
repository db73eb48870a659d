// Encryption of a whole tree: encrypted files under random names, a journal for --resume, the index at the end.
#include "actors/file_run.hpp"
#include "actors/key_access.hpp"
#include "actors/tree_places.hpp"
#include "actors/tree_run.hpp"
#include "crypto/random.hpp"
#include "messages/log.hpp"
#include "storage/files/file_lock.hpp"
#include "storage/files/file_status.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage/tree/tree_journal.hpp"
#include <algorithm>
#include <ranges>

namespace omegasafe::actors {

namespace fs = std::filesystem;

namespace {

fs::path canonical_folder(const fs::path& folder) {
    std::error_code problem;
    auto real = fs::canonical(folder, problem);
    if (problem || !fs::is_directory(real))
        throw failure(errc::input_unreadable, folder.string() + " is no folder that can be read; name a folder.");
    return real;
}

bool has_file(const storage::held_folder& folder, std::string_view name) {
    const auto status = folder.status(std::string{name});
    return status && S_ISREG(status->st_mode);
}

/// Else the tree would encrypt its own encrypted files.
void refuse_inside(const fs::path& input, const fs::path& output) {
    std::error_code unknown; // then making the folder fails
    const auto real = fs::weakly_canonical(output, unknown);
    if (std::ranges::mismatch(input, real).in1 == input.end())
        throw failure(errc::output_refused, "The output folder " + output.string() +
                                                " lies in the folder that is to be encrypted; choose one outside.");
}

class encrypt_tree_run final : public tree_run {
public:
    encrypt_tree_run(const asker_on<actor_floor::file_job>& me, const encrypt_tree& request)
        : tree_run(request.output), request_(request), key_(me, request.key_uuid),
          geometry_(key_.iterations()->front().geometry) {
        request_.input = canonical_folder(request.input);
        input_root_ = std::make_shared<const storage::held_folder>(request_.input, errc::input_unreadable);
        refuse_inside(request_.input, output_);
        output_root_ = make_tree_folder(output_);
        lock_.emplace(output_, std::chrono::milliseconds{0});
        has_journal_ = has_file(*output_root_, storage::tree_journal_name);
        has_index_ = has_file(*output_root_, storage::tree_index_name);
        refuse_without_resume();
        auto found = storage::walk_tree(*input_root_, storage::tree_filter{request_.patterns});
        problems_ = std::move(found.problems);
        require_indexable(found.entries);
        if (has_index_ && !has_journal_) {
            auto index = read_tree_index(me, *output_root_);
            note(index.protection);
            tree_uuid_ = index.index.tree_uuid;
            require_same_tree(found.entries, std::move(index));
            return;
        }
        const storage::tree_journal::binding bound{container_password(me), request_.key_uuid, request_.input};
        journal_.emplace(has_journal_ ? storage::tree_journal::open(*output_root_, bound)
                                      : storage::tree_journal::create(*output_root_, bound));
        tree_uuid_ = journal_->tree_uuid();
        forget_unfinished();
        plan(std::move(found.entries));
        shuffle();
    }

    file_group group(const tree_unit& unit) const override {
        return {crypto::direction::encrypt, request_.key_uuid, output_root_, false, unit};
    }
    std::variant<encrypt_tree_file, decrypt_tree_file> single(const tree_file& file) const override {
        return encrypt_tree_file{file, request_.key_uuid};
    }

    /// Known before they exist, so that whatever an interruption leaves can be removed, and nothing else.
    void starting(const tree_unit& unit) override {
        std::vector<uuid> files;
        for (const auto& file : unit)
            files.push_back(plan_[file.number].entry.encrypted);
        journal_->begin(files);
    }

    void finished(const tree_unit& unit, const std::vector<file_result>& results) override {
        auto checked = results;
        if (is_large(unit))
            require_unchanged(unit.front(), checked.front());
        std::vector<std::pair<storage::file_tag, storage::journal_file>> done;
        for (const auto& result : checked) {
            if (result.code != errc::none)
                continue;
            auto& entry = plan_[result.number].entry;
            entry.proof = result.proof;
            done.emplace_back(
                journal_->tag_of(entry.path, entry.attributes), storage::journal_file{entry.encrypted, entry.proof});
        }
        journal_->finish(done);
        for (const auto& result : checked)
            if (result.code == errc::none)
                log::debug("Finished {}.", plan_[result.number].entry.path);
        tree_run::finished(unit, checked);
    }

    bool stops(errc code) const override {
        return code != errc::input_unreadable && code != errc::io_failed && code != errc::file_too_large &&
               code != errc::claim_insufficient;
    }

    tree_report finish() override {
        if (!was_complete_)
            write_index();
        auto made = report();
        made.was_complete = was_complete_;
        if (was_complete_)
            return made;
        // What was done before and is not of the tree any more: changed, removed or excluded since.
        for (const auto& id : done_before_)
            remove_encrypted(id);
        if (!any_failed()) // else --resume tries the failed ones again
            journal_->remove();
        return made;
    }

private:
    void refuse_without_resume() {
        if (has_journal_ && !request_.resume)
            throw failure(errc::output_refused, output_.string() + " holds a tree that is not finished; go on with "
                                                                   "--resume, or choose another folder.");
        if (has_index_ && !request_.resume)
            throw failure(errc::output_refused, output_.string() + " holds a finished tree already (there is nothing "
                                                                   "to --resume); choose another folder.");
    }

    /// Before anything is claimed for it.
    void require_indexable(const std::vector<storage::tree_entry>& entries) const {
        const auto most = geometry_.capacity() - limits::file_metadata_bytes;
        if (storage::tree_index_size(entries) > most)
            throw failure(errc::file_too_large, "The tree has too many files: its index must fit into one Delta of the "
                                                "key, which takes " +
                                                    std::to_string(most) +
                                                    " bytes; encrypt its folders one by one, or use a larger key.");
    }

    /// A run that was interrupted after its last step is done; any other tree would be taken for encrypted and is not.
    void require_same_tree(const std::vector<storage::tree_entry>& walked, found_index found) {
        auto& indexed = found.index.entries;
        const auto file = [](const storage::tree_entry& e) { return !e.is_folder; };
        const auto same = [](const storage::tree_entry& a, const storage::tree_entry& b) {
            return a.path == b.path && a.attributes.size == b.attributes.size &&
                   storage::same_time(a.attributes.mtime_ns, b.attributes.mtime_ns);
        };
        if (found.key_uuid != request_.key_uuid ||
            !std::ranges::equal(walked | std::views::filter(file), indexed | std::views::filter(file), same))
            throw failure(errc::output_refused, output_.string() + " holds a finished tree, and not of what is in " +
                                                    request_.input.string() +
                                                    " now and with this key; choose another folder.");
        for (const auto& entry : indexed | std::views::filter(file))
            if (const auto name = storage::encrypted_name(entry.encrypted); !has_file(*output_root_, name))
                throw failure(errc::output_refused, output_root_->path_of(name).string() +
                                                        " is missing, which has a file of the finished tree in " +
                                                        output_.string() + "; choose another folder.");
        was_complete_ = true;
        for (auto& entry : indexed)
            plan_.push_back({std::move(entry), entry.is_folder ? std::nullopt : std::optional{tree_status::resumed},
                errc::none, {}});
    }

    /// Encrypted files that were begun, and may even be whole, but of which nothing says so.
    void forget_unfinished() {
        for (const auto& [tag, file] : journal_->before().done)
            done_before_.insert(file.encrypted);
        for (const auto& id : journal_->before().begun)
            if (!done_before_.contains(id))
                remove_encrypted(id);
    }

    void plan(std::vector<storage::tree_entry> entries) {
        const auto& before = journal_->before();
        for (auto& entry : entries) {
            std::optional<tree_status> status;
            if (!entry.is_folder) {
                const auto known = before.done.find(journal_->tag_of(entry.path, entry.attributes));
                const bool there = known != before.done.end() &&
                                   has_file(*output_root_, storage::encrypted_name(known->second.encrypted));
                entry.encrypted = there ? known->second.encrypted : crypto::random_uuid();
                if (there) {
                    status = tree_status::resumed;
                    entry.proof = known->second.proof;
                    done_before_.erase(entry.encrypted);
                }
            }
            plan_.push_back({std::move(entry), status, errc::none, {}});
        }
    }

    /// Positions stand in the encrypted files: in the order of the paths they would tell which file is which.
    void shuffle() {
        order_ = numbers();
        for (auto left = order_.size(); left > 1; --left)
            std::swap(order_[left - 1], order_[crypto::random_below(left)]);
    }

    /// What stays is named by no index.
    void remove_encrypted(const uuid& id) const { output_root_->remove(storage::encrypted_name(id)); }

    tree_file sides_of(std::size_t number) const override {
        const auto& entry = plan_[number].entry;
        return {number, {input_root_, entry.path}, {output_root_, storage::encrypted_name(entry.encrypted)},
            entry.attributes, entry.seen};
    }

    /// The index must say what the encrypted file holds.
    void require_unchanged(const tree_file& file, file_result& result) const {
        const auto status = input_root_->status(file.input.below);
        const auto unchanged = [&](const struct stat& now) {
            const auto attributes = storage::attributes_of(now);
            return storage::identity_of(now) == file.input_seen && attributes.size == file.attributes.size &&
                   attributes.mtime_ns == file.attributes.mtime_ns;
        };
        if (result.code != errc::none || (status && unchanged(*status)))
            return;
        remove_encrypted(plan_[file.number].entry.encrypted);
        result.code = errc::io_failed;
        result.sentence = "The file " + path_of(file.input).string() +
                          " changed while the tree was encrypted; nothing was kept of it. Run the command again with "
                          "--resume.";
    }

    void write_index() {
        storage::tree_index kept{tree_uuid_, {}};
        for (const auto& row : plan_)
            if (row.status != tree_status::failed)
                kept.entries.push_back(row.entry);
        const auto plain = storage::encode_tree_index(kept);
        const auto suffix = storage::draw_suffix_length(plain.size(), geometry_.capacity());
        const auto claim = key_.claim(limits::file_metadata_bytes + plain.size() + suffix);
        const auto& range = claim.claimed.range;
        const auto layer = key_.layer_to_seal();
        log::debug("Encrypting the index with positions {} to {} of Delta {}.", crypto::to_decimal(range.first),
            crypto::to_decimal(range.last), claim.claimed.seq_number);
        const auto container = storage::encrypt_in_memory(
            *claim.delta, claim.position_in_delta, {request_.key_uuid, range.first}, "index", plain, suffix, layer);
        storage::atomic_file file(
            output_root_->open_folder(""), output_ / storage::tree_index_name, storage::existing_target::replace);
        file.write_at(0, container);
        file.commit();
        note(protection_with(layer));
    }

    encrypt_tree request_;
    held_folder_ptr input_root_;
    usable_key key_;
    crypto::key_geometry geometry_;
    std::optional<storage::file_lock> lock_; // on the output folder: one run at a time
    std::optional<storage::tree_journal> journal_;
    std::set<uuid> done_before_;                   // by an earlier run, and not of this plan
    bool has_journal_ = false, has_index_ = false; // in the output folder at first
    bool was_complete_ = false;
};

} // namespace

std::unique_ptr<tree_run> start_tree(const asker_on<actor_floor::file_job>& me, const encrypt_tree& request) {
    return std::make_unique<encrypt_tree_run>(me, request);
}

} // namespace omegasafe::actors
