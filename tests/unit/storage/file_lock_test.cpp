// Locks exclude each other between threads and processes, end with their process and follow replaced files.
#include "storage/files/fail_points.hpp"
#include "storage/files/file_lock.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <csignal>
#include <sys/wait.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using namespace std::chrono_literals;

namespace {

/// A child that holds the lock until it is killed; the constructor returns once it does.
class locking_child {
public:
    explicit locking_child(const fs::path& path) {
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        child_ = ::fork();
        if (child_ == 0) {
            const file_lock lock(path);
            if (::write(ready[1], "x", 1) != 1)
                ::_exit(1);
            while (true)
                ::pause();
        }
        char byte = 0;
        REQUIRE(::read(ready[0], &byte, 1) == 1);
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~locking_child() { kill(); }
    void kill() {
        if (child_ > 0) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        child_ = -1;
    }

private:
    pid_t child_ = -1;
};

errc lock_code(const fs::path& path, std::chrono::milliseconds wait) {
    return code_of([&] { file_lock(path, wait); });
}

fs::path replacement;
fs::path replaced;

/// Puts the replacement in place once, between opening and locking.
int replace_before_locking(const char*) {
    if (fs::exists(replacement))
        fs::rename(replacement, replaced);
    return 0;
}

} // namespace

TEST_CASE("a lock excludes other processes and ends with its process", "[file_lock]") {
    const temporary_folder folder;
    write_file(folder / "a", pattern(1));
    const auto path = GENERATE(true, false) ? folder / "a" : folder.path();
    locking_child child(path);
    CHECK(lock_code(path, 30ms) == errc::lock_timeout);
    child.kill();
    CHECK(lock_code(path, 0ms) == errc::none);
}

TEST_CASE("two locks in one process exclude each other", "[file_lock]") {
    const temporary_folder folder;
    write_file(folder / "a", pattern(1));
    {
        file_lock lock(folder / "a");
        const file_lock moved(std::move(lock));
        CHECK(lock_code(folder / "a", 5ms) == errc::lock_timeout);
    }
    CHECK(lock_code(folder / "a", 0ms) == errc::none);
}

TEST_CASE("a missing file cannot be locked", "[file_lock]") {
    const temporary_folder folder;
    CHECK(lock_code(folder / "a", 0ms) == errc::config_missing);
    CHECK(lock_code(folder / "b" / "a", 0ms) == errc::config_missing);
}

TEST_CASE("who waited holds the file that has the name now", "[file_lock]") {
    const temporary_folder folder;
    write_file(folder / "a", pattern(1));
    std::optional<file_lock> old(std::in_place, folder / "a");
    std::atomic<bool> locked{false};
    errc second = errc::none;
    std::thread waiter([&] {
        const file_lock lock(folder / "a");
        locked = true;
        second = lock_code(folder / "a", 0ms);
    });
    write_file(folder / "b", pattern(2));
    {
        const file_lock other(folder / "b"); // the file that replaces "a" is held too
        fs::rename(folder / "b", folder / "a");
        old.reset();
        std::this_thread::sleep_for(30ms);
        CHECK_FALSE(locked);
    }
    waiter.join();
    CHECK(locked);
    CHECK(second == errc::lock_timeout); // the new file was the one that was held
}

TEST_CASE("a file replaced between opening and locking is opened anew", "[file_lock]") {
    const temporary_folder folder;
    replaced = folder / "a";
    replacement = folder / "b";
    write_file(replaced, pattern(1));
    write_file(replacement, pattern(2));
    fail_point_hook_in_use = replace_before_locking;
    const file_lock lock(replaced);
    fail_point_hook_in_use = nullptr;
    CHECK(file_bytes(replaced) == pattern(2));
    CHECK(lock_code(replaced, 5ms) == errc::lock_timeout);
}
