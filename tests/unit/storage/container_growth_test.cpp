// Containers changed in place: in files with failing calls, under readers that look at every moment.
#include "container_content.hpp"
#include "storage/container/container_growth.hpp"
#include "storage/files/fail_points.hpp"
#include <catch2/catch.hpp>
#include <cerrno>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

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

TEST_CASE("a large container is changed in place and does not grow by claims", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    const auto inode = inode_of(path);
    const auto snapshot = open_container(path, password);
    for (std::size_t i = 0; i < 50; ++i) {
        update(path, password, change_of(2, bytes(1 + i % 7, 9)));
        const file_source file(path); // the copy of the header ends the file, whatever became free before it
        CHECK(read_sfc_tail(file).directory_salt == read_sfc_header(file, sfc_layout::growing).directory_salt);
    }
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

TEST_CASE("attributes that no reader would take are refused before anything is written", "[container_growth]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, fast_password());
    update(path, fast_password(), change_of(2, bytes(limits::attributes_bytes)));
    const auto before = file_bytes(path);
    const bytes too_long(limits::attributes_bytes + 1);
    SECTION("of an entry that is there") {
        CHECK(code_of([&] { update(path, fast_password(), change_of(2, too_long)); }) == errc::internal);
    }
    SECTION("of a new one, behind a change that is right") {
        auto changes = change_of(2, {8});
        changes.put.push_back(std::move(change_of(3, too_long, pattern(5)).put.front()));
        CHECK(code_of([&] { update(path, fast_password(), std::move(changes)); }) == errc::internal);
    }
    CHECK(file_bytes(path) == before);
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

TEST_CASE("segments of two directories do not pass for one", "[container_growth]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_large(path, password);
    for (std::uint8_t number = 2; number < 12; ++number)
        update(path, password, number == 2 ? change_of(2, bytes(16'000)) : change_of(number, bytes(16'000), bytes{}));
    const auto to_version = [&](std::uint8_t version) { update(path, password, change_of(2, bytes(16'000, version))); };
    for (std::uint8_t version = 1; version <= 4; ++version) // then two places take turns
        to_version(version);
    const auto old_header = read_sfc_header(file_source(path), sfc_layout::growing);
    const auto old_image = file_bytes(path);
    to_version(5);
    to_version(6);
    const auto header = read_sfc_header(file_source(path), sfc_layout::growing);
    REQUIRE(header.directory_offset == old_header.directory_offset);
    REQUIRE(header.directory_stored == old_header.directory_stored);
    REQUIRE(header.directory_stored > 2 * (limits::segment_bytes + 16));
    auto image = file_bytes(path);
    const auto first = static_cast<std::ptrdiff_t>(header.directory_offset);
    std::copy_n(old_image.begin() + first, limits::segment_bytes + 16, image.begin() + first);
    write_file(path, image);
    CHECK(code_of([&] { open_container(path, password); }) == errc::container_damaged);
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
