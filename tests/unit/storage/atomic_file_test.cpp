// A file appears whole or not at all, named or unnamed while it is written.
#include "storage/files/atomic_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/file_system.hpp"
#include "storage_support.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

/// Sets a fail point hook for a scope.
struct hook_guard {
    explicit hook_guard(fail_point_hook hook) { fail_point_hook_in_use = hook; }
    ~hook_guard() { fail_point_hook_in_use = nullptr; }
};

int no_unnamed_files(const char* name) {
    return std::strcmp(name, "create_unnamed") == 0 ? EOPNOTSUPP : 0;
}

int no_copying_in_kernel(const char* name) {
    return std::strcmp(name, "copy") == 0 ? EXDEV : 0;
}

int no_room(const char* name) {
    return std::strcmp(name, "reserve") == 0 ? ENOSPC : 0;
}

int cannot_reserve(const char* name) {
    return std::strcmp(name, "reserve") == 0 ? EOPNOTSUPP : 0;
}

/// Calls that the file system does not have, and how it says so.
std::map<std::string, int> missing_calls;

int miss_calls(const char* name) {
    const auto missing = missing_calls.find(name);
    return missing == missing_calls.end() ? 0 : missing->second;
}

std::vector<std::string> noted_calls;

int note_call(const char* name) {
    noted_calls.emplace_back(name);
    return 0;
}

int cannot_write(const char* name) {
    return std::string_view(name).starts_with("write") ? ENOSPC : 0;
}

void write_atomically(const fs::path& path, existing_target policy, const bytes& content) {
    atomic_file file(path, policy);
    file.write_at(0, content);
    file.commit();
}

} // namespace

TEST_CASE("atomic files appear on commit only", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_unnamed_files));
    const temporary_folder folder;
    const auto policy = GENERATE(existing_target::refuse, existing_target::replace);
    {
        atomic_file file(folder / "a", policy);
        file.reserve(100'000);
        file.write_at(5, pattern(10));
        file.write_at(0, pattern(5, 100));
        CHECK_FALSE(fs::exists(folder / "a"));
        file.commit();
    }
    CHECK(folder.names() == std::vector<std::string>{"a"});
    auto expected = pattern(5, 100);
    const auto rest = pattern(10);
    expected.insert(expected.end(), rest.begin(), rest.end());
    CHECK(file_bytes(folder / "a") == expected);
    struct stat status {};
    REQUIRE(::stat((folder / "a").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("an atomic file that is not committed leaves nothing", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_unnamed_files));
    const temporary_folder folder;
    {
        atomic_file file(folder / "a", existing_target::refuse);
        file.write_at(0, pattern(10));
    }
    CHECK(folder.names().empty());
}

TEST_CASE("existing targets are refused or replaced as asked", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_unnamed_files));
    const temporary_folder folder;
    write_atomically(folder / "a", existing_target::refuse, pattern(3));
    CHECK(
        code_of([&] { write_atomically(folder / "a", existing_target::refuse, pattern(4)); }) == errc::output_refused);
    CHECK(file_bytes(folder / "a") == pattern(3));
    write_atomically(folder / "a", existing_target::replace, pattern(5));
    CHECK(file_bytes(folder / "a") == pattern(5));
    CHECK(folder.names() == std::vector<std::string>{"a"});
}

TEST_CASE("a target that appears while the file is written is not replaced", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_unnamed_files));
    const temporary_folder folder;
    {
        atomic_file file(folder / "a", existing_target::refuse);
        file.write_at(0, pattern(3));
        write_file(folder / "a", pattern(7));
        CHECK(code_of([&] { file.commit(); }) == errc::output_refused);
    }
    CHECK(file_bytes(folder / "a") == pattern(7));
    CHECK(folder.names() == std::vector<std::string>{"a"});
}

TEST_CASE("targets that cannot be are refused at once", "[atomic_file]") {
    const temporary_folder folder;
    const auto refused = [](const fs::path& path) {
        return code_of([&] { atomic_file(path, existing_target::replace); }) == errc::output_refused;
    };
    CHECK(refused(folder / "missing" / "a"));
    CHECK(refused(folder.path()));
    CHECK(refused(folder / ""));
    CHECK(sentence_of([&] { atomic_file(folder / "missing" / "a", existing_target::refuse); }).find("missing/a") !=
          std::string::npos);
}

TEST_CASE("a full disk shows when space is reserved, and file systems that cannot reserve are fine", "[atomic_file]") {
    const temporary_folder folder;
    atomic_file file(folder / "a", existing_target::refuse);
    {
        const hook_guard hook(no_room);
        CHECK(code_of([&] { file.reserve(1000); }) == errc::io_failed);
    }
    const hook_guard hook(cannot_reserve);
    CHECK(code_of([&] { file.reserve(1000); }) == errc::none);
}

TEST_CASE("a file that is written past the page cache is whole when it appears", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_unnamed_files));
    const temporary_folder folder;
    constexpr std::size_t piece = 1024 * 1024 + 16, pieces = 65;
    const auto content = [](std::size_t i) { return pattern(piece, i); };
    {
        atomic_file file(folder / "large", existing_target::refuse);
        file.reserve(piece * pieces);
        REQUIRE(piece * pieces > limits::direct_bytes);
        for (std::size_t i = 1; i < pieces; ++i) {
            file.write_at(i * piece, content(i));
            if (i % 16 == 0)
                file.flush();
        }
        file.write_at(0, content(0));
        file.set_attributes(0640, 1'000'000'000);
        file.commit();
    }
    const file_source source(folder / "large");
    REQUIRE(source.size() == piece * pieces);
    bytes found(piece);
    for (std::size_t i = 0; i < pieces; ++i) {
        source.read_at(i * piece, found);
        REQUIRE(found == content(i));
    }
    struct stat status {};
    REQUIRE(::stat((folder / "large").c_str(), &status) == 0);
    CHECK(status.st_mtim.tv_sec == 1);
    CHECK((status.st_mode & 0777) == 0640);
    CHECK(folder.names() == std::vector<std::string>{"large"});
}

TEST_CASE("a large file is written past the page cache, a smaller one is not", "[atomic_file]") {
    const temporary_folder folder;
    const auto less = GENERATE(0U, 1U);
    atomic_file file(folder / "a", existing_target::refuse);
    const bool local = on_local_file_system(file.descriptor());
    file.reserve(limits::direct_bytes - less);
    noted_calls.clear();
    const hook_guard hook(note_call);
    file.write_at(0, pattern(4 * 1024 * 1024));
    CHECK((std::ranges::count(noted_calls, "write_direct") > 0) == (less == 0 && local));
}

TEST_CASE("what replaces a file is on the disk before it takes the name", "[atomic_file]") {
    const temporary_folder folder;
    const bool exists = GENERATE(false, true);
    if (exists)
        write_file(folder / "a", pattern(10));
    atomic_file file(folder / "a", existing_target::replace);
    file.write_at(0, pattern(20));
    noted_calls.clear();
    const hook_guard hook(note_call);
    file.publish();
    const auto synced = std::ranges::find(noted_calls, "sync"), renamed = std::ranges::find(noted_calls, "rename");
    CHECK(renamed != noted_calls.end());
    CHECK((synced < renamed) == exists);
}

TEST_CASE("what is gathered for blocks is written before the sync, or nothing appears", "[atomic_file]") {
    const temporary_folder folder;
    {
        atomic_file file(folder / "large", existing_target::refuse);
        file.reserve(limits::direct_bytes);
        file.write_at(0, pattern(10'000));
        noted_calls.clear();
        const hook_guard hook(note_call);
        file.commit();
    }
    const auto sync = std::ranges::find(noted_calls, "sync");
    REQUIRE(sync != noted_calls.end());
    CHECK(std::none_of(sync, noted_calls.end(), [](const auto& call) { return call.starts_with("write"); }));
    CHECK(file_source(folder / "large").size() == 10'000);
    atomic_file file(folder / "other", existing_target::refuse);
    file.reserve(limits::direct_bytes);
    const hook_guard hook(cannot_write);
    CHECK(code_of([&] {
        file.write_at(0, pattern(10'000));
        file.commit();
    }) == errc::io_failed);
    CHECK(folder.names() == std::vector<std::string>{"large"});
}

TEST_CASE("bytes are copied from files and memory", "[atomic_file]") {
    const hook_guard hook(GENERATE(fail_point_hook{nullptr}, no_copying_in_kernel));
    const temporary_folder folder;
    const auto content = pattern(3'000'000);
    write_file(folder / "source", content);
    const bool from_memory = GENERATE(false, true);
    const auto source = from_memory ? in_memory(content) : std::make_shared<file_source>(folder / "source");
    {
        atomic_file file(folder / "copy", existing_target::refuse);
        file.write_at(0, pattern(3));
        file.copy_from(*source, 1000, 2'500'000, 3);
        CHECK(code_of([&] { file.copy_from(*source, 2'999'999, 2, 0); }) == errc::io_failed);
        file.commit();
    }
    const auto copied = file_bytes(folder / "copy");
    REQUIRE(copied.size() == 2'500'003);
    CHECK(std::equal(copied.begin() + 3, copied.end(), content.begin() + 1000));
}

TEST_CASE("a signal removes named temporary files and lets no new one appear", "[atomic_file]") {
    const temporary_folder folder;
    const auto child = ::fork();
    if (child == 0) {
        fail_point_hook_in_use = no_unnamed_files;
        atomic_file file(folder / "a", existing_target::refuse);
        file.write_at(0, pattern(3));
        const bool was_there = folder.names().size() == 1;
        remove_temporary_files();
        const bool gone = folder.names().empty();
        const bool refused = code_of([&] { atomic_file(folder / "b", existing_target::refuse); }) == errc::aborted;
        ::_exit(was_there && gone && refused ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    CHECK(folder.names().empty());
}

TEST_CASE(
    "a file appears where neither unnamed files nor renames without replacing nor links are known", "[atomic_file]") {
    const temporary_folder folder;
    missing_calls = {{"create_unnamed", EOPNOTSUPP}, {"rename_new", GENERATE(EINVAL, ENOSYS, EOPNOTSUPP)},
        {"link_new", GENERATE(0, EPERM, ENOSYS, EIO, EOPNOTSUPP, EMLINK)}, {"sync_folder", EINVAL}};
    const hook_guard hook(miss_calls);
    write_atomically(folder / "a", existing_target::refuse, pattern(1000));
    CHECK(file_bytes(folder / "a") == pattern(1000));
    CHECK(
        code_of([&] { write_atomically(folder / "a", existing_target::refuse, pattern(1)); }) == errc::output_refused);
    write_atomically(folder / "a", existing_target::replace, pattern(20));
    CHECK(file_bytes(folder / "a") == pattern(20));
    SECTION("and not over one that came meanwhile") {
        atomic_file file(folder / "b", existing_target::refuse);
        write_file(folder / "b", pattern(5));
        CHECK(code_of([&] { file.commit(); }) == errc::output_refused);
        CHECK(file_bytes(folder / "b") == pattern(5));
    }
    SECTION("or nothing stays when the last rename fails") {
        missing_calls["link_new"] = EPERM;
        missing_calls["rename"] = EIO;
        CHECK(code_of([&] { write_atomically(folder / "b", existing_target::refuse, {}); }) == errc::io_failed);
        CHECK(folder.names() == std::vector<std::string>{"a"});
    }
}

TEST_CASE("temporary files of processes that are gone are removed, and those of living ones are not", "[atomic_file]") {
    const temporary_folder folder;
    missing_calls = {{"create_unnamed", EOPNOTSUPP}};
    const hook_guard hook(miss_calls);
    const auto child = ::fork();
    if (child == 0) {
        atomic_file file(folder / "a", existing_target::refuse);
        ::kill(::getpid(), SIGSTOP);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    const auto left = folder.names();
    REQUIRE(left.size() == 1);
    write_file(folder / ".omegasafe-tmp-report.txt", pattern(1));                // whoever named it so
    write_file(folder / (".omegasafe-tmp-" + std::string(32, '0')), pattern(1)); // of another machine
    const auto write_in_new_process = [&] {
        const auto writer = ::fork();
        if (writer == 0) {
            write_atomically(folder / "b", existing_target::replace, {});
            ::_exit(0);
        }
        REQUIRE(::waitpid(writer, &status, 0) == writer);
        return folder.names();
    };
    CHECK(std::ranges::count(write_in_new_process(), left.front()) == 1);
    ::kill(child, SIGKILL);
    REQUIRE(::waitpid(child, &status, 0) == child);
    const auto names = write_in_new_process();
    CHECK(names.size() == 3);
    CHECK(std::ranges::count(names, left.front()) == 0);
}

TEST_CASE("times are the same when the file system cut one of them", "[file_status]") {
    constexpr std::int64_t time = 1'714'979'288'123'456'789; // an even second
    CHECK(same_time(time, time));
    for (const std::int64_t step : {100, 1'000, 1'000'000, 10'000'000, 1'000'000'000, 2'000'000'000}) {
        CHECK(same_time(time - time % step, time));
        CHECK(!same_time(time - time % step - step, time));
        CHECK(!same_time(time - time % step + step, time));
    }
    CHECK(!same_time(time - 1, time));
    CHECK(!same_time(time + 1, time));
    CHECK(same_time(-2'000'000'000, -1'999'999'999));
    CHECK(!same_time(INT64_MIN, INT64_MAX));
    CHECK(!same_time(INT64_MAX, INT64_MIN));
}

TEST_CASE("a source knows whether its file was written to", "[random_access]") {
    const temporary_folder folder;
    const auto path = folder / "a";
    write_file(path, pattern(100));
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::seconds(10));
    const file_source source(path);
    CHECK(source.unchanged());
    SECTION("longer") {
        fs::resize_file(path, 101);
    }
    SECTION("shorter") {
        fs::resize_file(path, 99);
    }
    SECTION("of the same size") {
        fs::last_write_time(path, fs::last_write_time(path) + std::chrono::nanoseconds(1'000'000));
    }
    CHECK(!source.unchanged());
}

TEST_CASE("a source that has more than it says is not unchanged, and one that became shorter cannot be read",
    "[random_access]") {
    CHECK(!file_source("/proc/self/status").unchanged());
    const temporary_folder folder;
    write_file(folder / "a", pattern(100));
    const file_source source(folder / "a");
    fs::resize_file(folder / "a", 50);
    bytes all(100);
    CHECK(code_of([&] { source.read_at(0, all); }) == errc::io_failed);
}

TEST_CASE("sources are regular files", "[random_access]") {
    const temporary_folder folder;
    CHECK(code_of([&] { file_source(folder / "missing"); }) == errc::input_unreadable);
    CHECK(code_of([&] { file_source(folder.path()); }) == errc::input_unreadable);
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    CHECK(code_of([&] { file_source(folder / "fifo"); }) == errc::input_unreadable);
    write_file(folder / "a", pattern(100));
    CHECK(read_file(folder / "a", 100) == pattern(100));
    CHECK(code_of([&] { read_file(folder / "a", 99); }) == errc::input_unreadable);
    bytes piece(10);
    const file_source source(folder / "a");
    source.read_at(90, piece);
    CHECK(piece == pattern(10, 90));
    CHECK(code_of([&] { source.read_at(91, piece); }) == errc::io_failed);
    CHECK(code_of([&] { in_memory(pattern(100))->read_at(91, piece); }) == errc::io_failed);
    CHECK(code_of([&] { in_memory(pattern(100))->read_at(UINT64_MAX, piece); }) == errc::io_failed);
}
