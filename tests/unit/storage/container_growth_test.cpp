// Containers changed in place: on a simulated disk that loses and tears what was not synced, in files with failing
// calls, and under readers that look at every moment.
//
// Fault model: a power cut keeps any subset of the writes since the last sync, each of them whole or a prefix; a killed
// process leaves its writes visible but not synced; a sync that fails may have written anything, and what it did not
// write stays visible and is never written.
#include "storage/container_growth.hpp"
#include "storage/fail_points.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <cerrno>
#include <map>
#include <random>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

using random_engine = std::mt19937;

std::size_t below(random_engine& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// What a container holds: attributes and data by number.
using content = std::map<std::uint8_t, std::pair<bytes, bytes>>;

content content_of(const sfc_reader& reader) {
    content found;
    for (const auto& entry : reader.entries())
        found[entry.id.data[15]] = {to_bytes(entry.attributes), to_bytes(reader.read(entry, 1 << 24))};
    return found;
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
    std::shared_ptr<const sfc_reader> open() {
        write_file(path_, disk_.visible());
        return open_container(path_, password_);
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
    temporary_folder folder_;
    fs::path path_ = folder_ / "a.sfc";
    simulated_disk disk_;
    content seen_; // what processes see now
    content safe_; // what was durable last
};

constexpr std::size_t large = 1'200'000; // above the size from which containers are changed in place

container_changes change_of(std::uint8_t number, const bytes& attributes, std::optional<bytes> data = {}) {
    container_changes changes;
    changes.put.push_back({id(number), attributes, std::nullopt});
    if (data)
        changes.put.back().data.emplace(const_byte_span(*data));
    return changes;
}

void create_large(const fs::path& path, const sfc_password_ptr& password) {
    auto changes = change_of(1, {1}, pattern(large));
    changes.put.push_back({id(2), {2}, secure_bytes(const_byte_span(pattern(100)))});
    create_container(path, password, std::move(changes));
}

void update(const fs::path& path, const sfc_password_ptr& password, container_changes changes) {
    update_container(path, password, [&](const sfc_reader&) { return std::move(changes); });
}

ino_t inode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_ino;
}

std::atomic<int> calls_until_failure{-1};

int fail_nth(const char*) {
    return calls_until_failure-- == 0 ? EIO : 0;
}
int fail_from_nth_on(const char*) {
    return calls_until_failure-- <= 0 ? ENOSPC : 0;
}
int crash_at_nth(const char*) {
    if (calls_until_failure-- == 0)
        ::_exit(9);
    return 0;
}

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

TEST_CASE("a large container is changed in place and does not grow by claims", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    const auto inode = inode_of(path);
    const auto snapshot = open_container(path, password);
    for (std::size_t i = 0; i < 50; ++i)
        update(path, password, change_of(2, bytes(1 + i % 7, 9)));
    update(path, password, change_of(3, {3}, pattern(70'000)));
    CHECK(inode_of(path) == inode);
    CHECK(fs::file_size(path) < large + 70'000 + 2'000);
    const auto reader = open_container(path, password);
    CHECK(reader->header().layout == sfc_layout::growing);
    CHECK(content_of(*reader) ==
          content{{1, {{1}, pattern(large)}}, {2, {bytes(1, 9), pattern(100)}}, {3, {{3}, pattern(70'000)}}});
    CHECK(content_of(*snapshot) == content{{1, {{1}, pattern(large)}}, {2, {{2}, pattern(100)}}});
    CHECK(code_of([&] { sfc_reader(std::make_shared<file_source>(path), password); }) == errc::container_damaged);
}

TEST_CASE("what removes or replaces data takes the old bytes away", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    update(path, password, change_of(2, {7}));
    const auto inode = inode_of(path);
    auto changes = change_of(3, {}, pattern(5));
    SECTION("removed") {
        changes.remove = {id(1)};
    }
    SECTION("replaced") {
        changes = change_of(1, {}, pattern(5));
    }
    update(path, password, std::move(changes));
    CHECK(inode_of(path) != inode);
    CHECK(fs::file_size(path) < 2'000);
    const auto reader = open_container(path, password);
    CHECK(reader->header().layout == sfc_layout::packed);
    CHECK(to_bytes(reader->find(id(2))->attributes) == bytes{7});
}

TEST_CASE("any one failing call of a change in place leaves old or new", "[container_growth]") {
    const auto hook = GENERATE(fail_nth, fail_from_nth_on);
    const bool grown_before = GENERATE(false, true);
    int failures = 0;
    for (int n = 0;; ++n) {
        const temporary_folder folder;
        const auto path = folder / "a.sfc";
        create_large(path, fast_password());
        if (grown_before)
            update(path, fast_password(), change_of(2, {2}));
        const auto old = content_of(*open_container(path, fast_password()));
        auto next = old;
        next[2].first = {8};
        next[3] = {{3}, pattern(10)};
        auto changes = change_of(2, {8});
        changes.put.push_back(std::move(change_of(3, {3}, pattern(10)).put.front()));
        calls_until_failure = n;
        fail_point_hook_in_use = hook;
        const auto code = code_of([&] { update(path, fast_password(), std::move(changes)); });
        fail_point_hook_in_use = nullptr;
        INFO("call " << n);
        const auto found = content_of(*open_container(path, fast_password()));
        CHECK((found == next || (code != errc::none && found == old)));
        CHECK(folder.names() == std::vector<std::string>{"a.sfc"});
        update(path, fast_password(), change_of(4, {4}, pattern(4)));
        CHECK(content_of(*open_container(path, fast_password())).size() == found.size() + 1);
        if (code == errc::none && calls_until_failure >= 0)
            break;
        failures += code != errc::none;
    }
    // Lock, entry, directory, copy of the header, sync, header; other failing syncs lead to a new file.
    CHECK(failures >= 6);
}

TEST_CASE("a process killed at any call of a change in place leaves old or new", "[container_growth]") {
    for (int n = 0;; ++n) {
        const temporary_folder folder;
        const auto path = folder / "a.sfc";
        create_large(path, nullptr);
        const auto child = ::fork();
        if (child == 0) {
            calls_until_failure = n;
            fail_point_hook_in_use = crash_at_nth;
            update(path, nullptr, change_of(3, {3}, pattern(100'000)));
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO("call " << n);
        const auto found = content_of(*open_container(path, nullptr));
        CHECK((found.size() == 2 || found.at(3).second == pattern(100'000)));
        update(path, nullptr, change_of(2, {8}));
        CHECK(to_bytes(open_container(path, nullptr)->find(id(2))->attributes) == bytes{8});
        CHECK(open_container(path, nullptr)->entries().size() == found.size());
        if (WEXITSTATUS(status) == 0) {
            CHECK(n >= 8);
            break;
        }
    }
}

TEST_CASE("a torn header is read from its copy and repaired by the next change", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const auto torn_at = GENERATE(as<std::size_t>{}, 0, 96, 191);
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    update(path, password, change_of(2, {7}));
    auto image = file_bytes(path);
    for (auto at = torn_at; at < 192; ++at)
        image[at] ^= 0x55;
    write_file(path, image);
    CHECK(to_bytes(open_container(path, password)->find(id(2))->attributes) == bytes{7});
    update(path, password, change_of(2, {8}));
    CHECK(read_sfc_header(file_source(path)).layout == sfc_layout::packed);
    CHECK(to_bytes(open_container(path, password)->find(id(2))->attributes) == bytes{8});

    image.push_back(0); // then the last 192 bytes are no header
    write_file(path, image);
    CHECK(code_of([&] { open_container(path, password); }) == errc::container_damaged);
}

TEST_CASE("bytes behind a local container are what an interrupted change left", "[container_growth]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_container(path, fast_password(), change_of(1, {1}, pattern(50)));
    auto image = file_bytes(path);
    image.resize(image.size() + 1000);
    write_file(path, image);
    CHECK(content_of(*open_container(path, fast_password())).size() == 1);
    CHECK(code_of([&] { sfc_reader(in_memory(image), fast_password()); }) == errc::container_damaged);
    update(path, fast_password(), change_of(1, {2}));
    CHECK(fs::file_size(path) == image.size() - 1000);
}

TEST_CASE("readers see one version whole while another process changes the file in place", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    for (std::uint8_t number = 2; number < 100; ++number) // a directory of several segments
        update(
            path, password, number == 2 ? change_of(2, bytes(2'000)) : change_of(number, bytes(2'000), bytes{number}));
    const auto child = ::fork();
    if (child == 0) {
        for (std::uint8_t round = 1; round <= 150; ++round) {
            container_changes changes;
            for (std::uint8_t number = 2; number < 100; ++number)
                changes.put.push_back({id(number), bytes(2'000, round), std::nullopt});
            update(path, password, std::move(changes));
        }
        ::_exit(0);
    }
    int versions = 0;
    auto known = open_container(path, password);
    for (int status = 0; ::waitpid(child, &status, WNOHANG) == 0;) {
        const auto reader = open_container(path, password, known);
        versions += reader != known;
        known = reader;
        const auto& expected = reader->find(id(2))->attributes;
        for (std::uint8_t number = 3; number < 100; ++number)
            REQUIRE(std::ranges::equal(reader->find(id(number))->attributes, expected));
    }
    CHECK(versions > 10);
    CHECK(to_bytes(open_container(path, password, known)->find(id(2))->attributes) == bytes(2'000, 150));
}

TEST_CASE("a container that did not change is not read again", "[container_growth]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, fast_password());
    const auto first = open_container(path, fast_password());
    CHECK(open_container(path, fast_password(), first) == first);
    update(path, fast_password(), change_of(2, {9}));
    CHECK(open_container(path, fast_password(), first) != first);
    fs::remove(path);
    CHECK(code_of([&] { open_container(path, fast_password(), first); }) == errc::config_missing);
}
