// What a walk finds, passes over and reports; sync of a group.
#include "storage/files/atomic_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/file_status.hpp"
#include "storage/files/group_sync.hpp"
#include "storage/tree/tree_walk.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <functional>
#include <sys/stat.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

std::vector<std::string> paths(const walked_tree& tree) {
    std::vector<std::string> found;
    for (const auto& entry : tree.entries)
        found.push_back(entry.path + (entry.is_folder ? "/" : ""));
    return found;
}

std::vector<std::string> problems(const walked_tree& tree) {
    std::vector<std::string> found;
    for (const auto& problem : tree.problems)
        found.push_back(problem.path + ": " + std::string{to_string(problem.code)});
    return found;
}

std::function<void()> before_opening;

/// Calls before_opening before each opening below a held folder, which then fails with `error` if there is one.
struct open_hook {
    explicit open_hook(int error) {
        answer = error;
        fail_point_hook_in_use = [](const char* name) {
            if (std::string_view{name} != "openat2")
                return 0;
            before_opening();
            return answer;
        };
    }
    ~open_hook() { fail_point_hook_in_use = nullptr; }
    static inline int answer = 0;
};

} // namespace

TEST_CASE("a walk finds files and folders and follows no link", "[tree_walk]") {
    const temporary_folder folder;
    fs::create_directories(folder / "a/empty");
    fs::create_directories(folder / "a-b");
    write_file(folder / "a/file", pattern(7));
    write_file(folder / "z", {});
    fs::create_symlink("z", folder / "link");
    fs::create_directory_symlink("/", folder / "a/root");
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    write_file(folder / "bad\nname", {});
    fs::permissions(folder / "a/file", fs::perms{0640});
    const auto tree = walk_tree(folder.path(), tree_filter{{}});
    CHECK(paths(tree) == std::vector<std::string>{"a/", "a-b/", "a/empty/", "a/file", "z"});
    CHECK(problems(tree) == std::vector<std::string>{"a/root: none", "bad\nname: usage", "fifo: none", "link: none"});
    const auto& file = tree.entries[3];
    CHECK(file.attributes.size == 7);
    CHECK(file.attributes.mode == 0640);
    CHECK(std::abs(file.attributes.mtime_ns / 1'000'000'000 - ::time(nullptr)) < 100);

    const auto some = walk_tree(folder.path(), tree_filter{{{"file"}, {"link", "fifo", "bad*"}}});
    CHECK(paths(some) == std::vector<std::string>{"a/", "a/file"});
    CHECK(problems(some) == std::vector<std::string>{"a/root: none"});
    CHECK(code_of([&] { walk_tree(folder / "z", tree_filter{{}}); }) == errc::input_unreadable);
}

TEST_CASE("a folder that becomes a link, or another folder, while it is walked is not entered", "[tree_walk]") {
    const temporary_folder folder, elsewhere;
    fs::create_directories(folder / "in/a");
    fs::create_directory(folder / "other");
    for (const auto& name : {folder / "in/a/file", folder / "other/secret", elsewhere / "secret"})
        write_file(name, pattern(7));
    const bool link = GENERATE(true, false);
    before_opening = [&, opened = 0]() mutable { // the root, then the folder
        if (++opened != 2)
            return;
        fs::rename(folder / "in/a", folder / "aside");
        if (link)
            fs::create_directory_symlink(elsewhere.path(), folder / "in/a");
        else
            fs::rename(folder / "other", folder / "in/a");
    };
    const open_hook hook(GENERATE(0, ENOSYS));
    const auto tree = walk_tree(folder / "in", tree_filter{{}});
    CHECK(paths(tree) == std::vector<std::string>{"a/"});
    CHECK(problems(tree) == std::vector<std::string>{"a: input_unreadable"});
}

TEST_CASE("times before 1970 and far away keep their order", "[tree_walk]") {
    for (const std::int64_t time : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-1'500'000'000},
             std::int64_t{1'700'000'000'123'456'789}, std::int64_t{INT64_MIN / 2}}) {
        const auto spec = to_timespec(time);
        CHECK((spec.tv_nsec >= 0 && spec.tv_nsec < 1'000'000'000));
        struct stat status {};
        status.st_mtim = spec;
        CHECK(attributes_of(status).mtime_ns == time);
    }
    struct stat far {};
    far.st_mtim.tv_sec = INT64_MAX;
    CHECK(attributes_of(far).mtime_ns > 9'000'000'000'000'000'000);
    far.st_mtim.tv_sec = INT64_MIN;
    CHECK(attributes_of(far).mtime_ns < -9'000'000'000'000'000'000);
}

TEST_CASE("a published file has its mode and time from the first moment", "[tree_walk]") {
    const temporary_folder folder;
    const group_sync group(std::make_shared<const held_folder>(folder.path()));
    atomic_file file(folder / "a", existing_target::refuse);
    file.write_at(0, pattern(10));
    file.set_attributes(0444, -1'500'000'000);
    file.publish();
    group.sync({"a"});
    struct stat status {};
    REQUIRE(::lstat((folder / "a").c_str(), &status) == 0);
    CHECK(attributes_of(status) == file_attributes{10, 0444, -1'500'000'000});
}
