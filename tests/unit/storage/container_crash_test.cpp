// Containers changed in place on a simulated disk that loses and tears what was not synced.
//
// Fault model: a power cut keeps any subset of the writes since the last sync, each of them whole or a prefix; a killed
// process leaves its writes visible but not synced; a sync that fails may have written anything, and what it did not
// write stays visible and is never written.
#include "container_content.hpp"
#include "storage/container/container_growth.hpp"
#include <catch2/catch.hpp>
#include <functional>
#include <random>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

using random_engine = std::mt19937;

std::size_t below(random_engine& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

struct killed {};

/// A disk under a page cache.
class simulated_disk final : public in_place_file {
public:
    enum class fault { kill, fail };

    simulated_disk(bytes image, random_engine& random) : on_disk_(image), visible_(std::move(image)), random_(random) {}

    fault kind = fault::kill;
    int calls_until_fault = -1; // writes and syncs
    int syncs = 0;

    const bytes& visible() const { return visible_; }

    void write_at(std::uint64_t offset, const_byte_span data) override {
        meet_fault();
        pending_.push_back({offset, to_bytes(data)});
        apply(visible_, pending_.back());
    }
    void sync() override {
        try {
            meet_fault();
        } catch (const failure&) {
            write_some(); // and the rest never: the system takes it for written
            throw;
        }
        for (const auto& one : pending_)
            apply(on_disk_, one);
        pending_.clear();
        ++syncs;
    }
    void cut(std::uint64_t size) override {
        on_disk_.resize(std::min<std::size_t>(on_disk_.size(), size));
        visible_.resize(size);
        for (auto& [offset, data] : pending_)
            data.resize(std::min<std::size_t>(data.size(), size - std::min(size, offset)));
    }
    void cut_power() {
        write_some();
        visible_ = on_disk_;
    }

private:
    using write = std::pair<std::uint64_t, bytes>;

    static void apply(bytes& image, const write& change) {
        if (change.second.empty())
            return;
        image.resize(std::max<std::size_t>(image.size(), change.first + change.second.size()));
        std::copy(
            change.second.begin(), change.second.end(), image.begin() + static_cast<std::ptrdiff_t>(change.first));
    }
    void write_some() {
        for (auto& one : pending_) {
            const auto luck = below(random_, 3); // lost, whole, torn
            if (luck == 2)
                one.second.resize(below(random_, one.second.size() + 1));
            if (luck > 0)
                apply(on_disk_, one);
        }
        pending_.clear();
    }
    void meet_fault() {
        if (calls_until_fault < 0 || calls_until_fault-- > 0)
            return;
        if (kind == fault::kill)
            throw killed{};
        throw failure(errc::io_failed, "The disk failed.");
    }

    bytes on_disk_, visible_;
    std::vector<write> pending_; // visible, not on disk
    std::reference_wrapper<random_engine> random_;
};

bytes three_entries(const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    for (std::uint8_t number = 1; number <= 3; ++number)
        writer.add(id(number), bytes{number}, pattern(number * 100));
    writer.finish();
    return sink.take();
}

/// One history of a container on the simulated disk.
class history {
public:
    history(unsigned seed, sfc_password_ptr password)
        : random_(seed), password_(std::move(password)), disk_(three_entries(password_), random_),
          seen_(content_of(*open())), safe_(seen_) {}

    void step() {
        const auto reader = open();
        REQUIRE(content_of(*reader) == seen_);
        auto next = seen_;
        const auto changes = draw_changes(next);
        if (!can_grow(*reader, changes)) {
            replace(*reader);
            return;
        }
        draw_fault();
        bool killed_or_failed = false, replaced = false;
        try {
            replaced = !grow_container(disk_, *reader, password_, changes);
        } catch (const killed&) {
            killed_or_failed = true;
        } catch (const failure& problem) {
            REQUIRE(problem.code() == errc::io_failed);
            killed_or_failed = true;
        }
        disk_.calls_until_fault = -1;
        if (!killed_or_failed && !replaced) {
            safe_ = seen_ = next;
            return;
        }
        ++faults;
        if (disk_.syncs > 0)
            safe_ = seen_; // the first sync made the version before durable
        const bool power_cut = below(random_, 2) == 0;
        if (power_cut)
            disk_.cut_power();
        const auto after = open();
        const auto found = content_of(*after);
        INFO("syncs " << disk_.syncs << ", power cut " << power_cut);
        REQUIRE((found == next || found == seen_ || (power_cut && found == safe_)));
        seen_ = found;
        if (power_cut)
            safe_ = found;
        else if (replaced)
            replace(*after);
    }

    int faults = 0;

private:
    /// As open_container does with a file, without waiting for other writers.
    std::shared_ptr<const sfc_reader> open() {
        const auto source = in_memory(disk_.visible());
        try {
            read_sfc_header(*source, sfc_layout::growing);
        } catch (const failure&) {
            return std::make_shared<const sfc_reader>(source, password_, read_sfc_tail(*source));
        }
        return std::make_shared<const sfc_reader>(source, password_, sfc_layout::growing);
    }

    container_changes draw_changes(content& next) {
        container_changes changes;
        for (auto count = 1 + below(random_, 3); count > 0; --count) {
            const auto number = static_cast<std::uint8_t>(1 + below(random_, 40));
            if (std::ranges::count(changes.put, id(number), &container_changes::entry::id) > 0)
                continue;
            const auto attributes = pattern(below(random_, 300), number);
            std::optional<secure_bytes> data;
            if (!next.contains(number)) {
                const auto fresh = pattern(below(random_, 4) == 0 ? 70'000 : below(random_, 500), number);
                data.emplace(const_byte_span(fresh));
                next[number].second = fresh;
            }
            next[number].first = attributes;
            changes.put.push_back({id(number), attributes, std::move(data)});
        }
        return changes;
    }

    void draw_fault() {
        disk_.syncs = 0;
        disk_.kind = below(random_, 3) == 0 ? simulated_disk::fault::fail : simulated_disk::fault::kill;
        disk_.calls_until_fault = below(random_, 4) == 0 ? -1 : static_cast<int>(below(random_, 10));
    }

    /// As update_container does when the file cannot be changed in place.
    void replace(const sfc_reader& reader) {
        memory_sink sink;
        sfc_writer writer(sink, password_, &reader.header());
        for (const auto& entry : reader.entries())
            writer.copy(reader, entry);
        writer.finish();
        disk_ = {sink.take(), random_};
        safe_ = seen_;
    }

    random_engine random_;
    sfc_password_ptr password_;
    simulated_disk disk_;
    content seen_; // what processes see now
    content safe_; // what was durable last
};

} // namespace

TEST_CASE("power cuts, kills and failing disks leave an old or the new version", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const auto first_seed = std::random_device{}();
    int faults = 0;
    for (unsigned seed = first_seed; seed < first_seed + 60; ++seed) {
        INFO("seed " << seed);
        history past(seed, password);
        for (int i = 0; i < 12; ++i)
            past.step();
        faults += past.faults;
    }
    CHECK(faults > 200);
}
