// Containers on disk: created, read and updated by several processes; any single failure leaves old or new whole.
#include "storage/container/container_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_lock.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

container_changes put(std::uint8_t number, const bytes& data, const bytes& attributes = {}) {
    container_changes changes;
    changes.put.push_back({id(number), attributes, secure_bytes(crypto::const_byte_span(data))});
    return changes;
}

container_changes both(container_changes a, container_changes b) {
    std::move(b.put.begin(), b.put.end(), std::back_inserter(a.put));
    a.remove.insert(a.remove.end(), b.remove.begin(), b.remove.end());
    return a;
}

bytes data_of(const sfc_reader& reader, std::uint8_t number) {
    const auto* entry = reader.find(id(number));
    REQUIRE(entry != nullptr);
    return to_bytes(reader.read(*entry, 1 << 20));
}

std::atomic<int> calls_until_failure{-1};
std::atomic<int> calls_made{0};

int fail_nth(const char*) {
    ++calls_made;
    return calls_until_failure-- == 0 ? EIO : 0;
}

int fail_from_nth_on(const char*) {
    ++calls_made;
    return calls_until_failure-- <= 0 ? ENOSPC : 0;
}

int crash_at_nth(const char*) {
    if (calls_until_failure-- == 0)
        ::_exit(9);
    return 0;
}

int crash_at_nth_named(const char* name) {
    return std::strcmp(name, "create_unnamed") == 0 ? EOPNOTSUPP : crash_at_nth(name);
}

/// Old state: entries 1 and 2. New state: 1 with new data, 2 as it was, 3 added.
void create_old(const fs::path& path) {
    create_container(path, fast_password(), both(put(1, pattern(1000)), put(2, pattern(100'000))));
}

void update_to_new(const fs::path& path) {
    update_container(
        path, fast_password(), [](const sfc_reader&) { return both(put(1, pattern(2000, 7)), put(3, pattern(3))); });
}

/// True for the new state, false for the old; anything else fails the test.
bool is_new(const fs::path& path) {
    const auto reader = open_container(path, fast_password());
    CHECK(data_of(*reader, 2) == pattern(100'000));
    const bool changed = reader->find(id(3)) != nullptr;
    CHECK(data_of(*reader, 1) == (changed ? pattern(2000, 7) : pattern(1000)));
    CHECK(reader->entries().size() == (changed ? 3 : 2));
    return changed;
}

} // namespace

TEST_CASE("a container is created, updated and read", "[container_file]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "keys.sfc";
    create_container(path, password, put(1, pattern(10), {1}));
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto snapshot = open_container(path, password);
    update_container(path, password, [](const sfc_reader& old) {
        CHECK(old.entries().size() == 1);
        container_changes changes = both(put(2, pattern(20)), put(3, pattern(200'000)));
        changes.put.push_back({id(1), {7, 7}, std::nullopt}); // attributes only
        return changes;
    });
    update_container(path, password, [](const sfc_reader&) {
        container_changes changes;
        changes.remove = {id(2), id(9)};
        return changes;
    });
    const auto reader = open_container(path, password);
    CHECK(reader->entries().size() == 2);
    CHECK(data_of(*reader, 1) == pattern(10));
    CHECK(to_bytes(reader->find(id(1))->attributes) == bytes{7, 7});
    CHECK(data_of(*reader, 3) == pattern(200'000));
    CHECK(data_of(*snapshot, 1) == pattern(10)); // the old file lives as long as it is open
    CHECK(folder.names() == std::vector<std::string>{"keys.sfc"});
}

TEST_CASE("nothing is written when there are no changes or decide throws", "[container_file]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_container(path, fast_password(), put(1, pattern(10)));
    const auto before = file_bytes(path);
    update_container(path, fast_password(), [](const sfc_reader&) { return container_changes{}; });
    CHECK(file_bytes(path) == before);
    CHECK(code_of([&] {
        update_container(path, fast_password(),
            [](const sfc_reader&) -> container_changes { throw failure(errc::claim_insufficient, "no"); });
    }) == errc::claim_insufficient);
    CHECK(file_bytes(path) == before);
    CHECK(code_of([&] { file_lock(path, std::chrono::milliseconds(0)); }) == errc::none);
}

TEST_CASE("containers that are missing, there already or stripped of their password", "[container_file]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    CHECK(code_of([&] { open_container(path, nullptr); }) == errc::config_missing);
    CHECK(code_of([&] { update_container(path, nullptr, [](auto&) { return container_changes{}; }); }) ==
          errc::config_missing);
    create_container(path, nullptr, put(1, pattern(10)));
    CHECK(code_of([&] { create_container(path, nullptr, {}); }) == errc::config_exists);
    CHECK(code_of([&] { open_container(path, fast_password()); }) == errc::container_damaged);
    create_container(path, fast_password(), {}, true);
    CHECK(open_container(path, fast_password())->entries().empty());
    CHECK(code_of([&] { open_container(path, nullptr); }) == errc::password_missing);
}

TEST_CASE("contradicting changes are refused and change nothing", "[container_file]") {
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_container(path, fast_password(), put(1, pattern(10)));
    const auto before = file_bytes(path);
    container_changes changes;
    SECTION("put twice") {
        changes = both(put(2, {}), put(2, {}));
    }
    SECTION("put and removed") {
        changes = put(1, {});
        changes.remove.push_back(id(1));
    }
    SECTION("attributes of an entry that does not exist") {
        changes.put.push_back({id(5), {}, std::nullopt});
    }
    CHECK(code_of([&] { update_container(path, fast_password(), [&](auto&) { return std::move(changes); }); }) ==
          errc::internal);
    CHECK(file_bytes(path) == before);
    CHECK(folder.names().size() == 1);
}

TEST_CASE("an update keeps the mode and a symbolic link to the container", "[container_file]") {
    const temporary_folder folder;
    create_old(folder / "real.sfc");
    REQUIRE(::chmod((folder / "real.sfc").c_str(), 0640) == 0);
    fs::create_symlink(folder / "real.sfc", folder / "link.sfc");
    update_to_new(folder / "link.sfc");
    CHECK(fs::is_symlink(folder / "link.sfc"));
    CHECK(is_new(folder / "real.sfc"));
    struct stat status {};
    REQUIRE(::stat((folder / "real.sfc").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("any one failing call leaves the old or the new container whole and nothing else", "[container_file]") {
    const auto hook = GENERATE(fail_nth, fail_from_nth_on);
    int failures = 0;
    for (int n = 0;; ++n) {
        const temporary_folder folder;
        create_old(folder / "a.sfc");
        calls_until_failure = n;
        calls_made = 0;
        fail_point_hook_in_use = hook;
        const auto code = code_of([&] { update_to_new(folder / "a.sfc"); });
        fail_point_hook_in_use = nullptr;
        INFO("call " << n);
        const bool changed = is_new(folder / "a.sfc");
        CHECK(folder.names() == std::vector<std::string>{"a.sfc"});
        if (code == errc::none) {
            CHECK(changed);
            REQUIRE(calls_made <= n);
            break;
        }
        CHECK(code == errc::io_failed);
        ++failures;
    }
    CHECK(failures >= 7); // create, copy, writes, sync, link, rename, sync of the folder
}

TEST_CASE("a crash at any call leaves the old or the new container whole", "[container_file]") {
    const auto hook = GENERATE(crash_at_nth, crash_at_nth_named);
    for (int n = 0;; ++n) {
        const temporary_folder folder;
        create_old(folder / "a.sfc");
        const auto child = ::fork();
        if (child == 0) {
            calls_until_failure = n;
            fail_point_hook_in_use = hook;
            update_to_new(folder / "a.sfc");
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFEXITED(status));
        INFO("call " << n);
        const bool changed = is_new(folder / "a.sfc");
        update_to_new(folder / "a.sfc"); // and the lock went with the process
        CHECK(is_new(folder / "a.sfc"));
        if (WEXITSTATUS(status) == 0) {
            CHECK(changed);
            CHECK(n >= 7);
            break;
        }
    }
}

TEST_CASE("updates by several processes all take effect", "[container_file]") {
    constexpr int processes = 4;
    constexpr int rounds = 25;
    const temporary_folder folder;
    const auto path = folder / "a.sfc";
    create_container(path, fast_password(), put(1, {0}));
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const auto child = ::fork();
        if (child == 0) {
            for (int round = 0; round < rounds; ++round)
                update_container(path, fast_password(), [](const sfc_reader& old) {
                    const auto count = old.read(*old.find(id(1)), 1);
                    return put(1, {static_cast<std::uint8_t>(count.data()[0] + 1)});
                });
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const auto child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    }
    CHECK(data_of(*open_container(path, fast_password()), 1) == bytes{processes * rounds});
}
