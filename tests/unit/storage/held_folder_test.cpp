// What a held folder reaches and what not, with openat2 and without.
#include "storage/files/atomic_file.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/held_folder.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <cerrno>
#include <fcntl.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

/// Kernels without openat2, sandboxes that refuse it, and those that have it.
struct kernel {
    explicit kernel(int error) {
        answer = error;
        fail_point_hook_in_use = [](const char* name) { return std::string_view{name} == "openat2" ? answer : 0; };
    }
    ~kernel() { fail_point_hook_in_use = nullptr; }
    static inline int answer = 0;
};

} // namespace

TEST_CASE("a held folder reaches what lies below it and follows no link", "[held_folder]") {
    const temporary_folder folder, elsewhere;
    fs::create_directories(folder / "a/b");
    write_file(folder / "a/b/file", pattern(10));
    write_file(elsewhere / "file", pattern(20));
    fs::create_directory_symlink(elsewhere.path(), folder / "a/out");
    fs::create_directory_symlink("b", folder / "a/in");
    fs::create_symlink("file", folder / "a/b/link");
    const kernel played(GENERATE(0, ENOSYS, EPERM));
    const held_folder held(folder.path());
    CHECK(held.open_file("a/b/file").size() == 10);
    CHECK(held.open_folder("a/b").get() >= 0);
    CHECK(held.open_folder("").get() >= 0);
    CHECK(held.status("a/b/file")->st_size == 10);
    CHECK(S_ISLNK(held.status("a/b/link")->st_mode));
    for (const auto* below : {"a/out/file", "a/in/file", "a/b/link", "a/missing", "a/b/file/x", "a/../a/b/file"}) {
        INFO(below);
        if (std::string_view{below} != "a/../a/b/file" || kernel::answer != 0)
            CHECK(code_of([&] { held.open_file(below); }) == errc::input_unreadable);
    }
    CHECK(code_of([&] { held.open_file("../" + folder.path().filename().string() + "/a/b/file"); }) ==
          errc::input_unreadable);
    CHECK(code_of([&] { held.open_folder("a/out"); }) == errc::input_unreadable);
    CHECK(!held.status("a/out/file"));
    CHECK(!held.remove("a/out/file"));
    CHECK(fs::exists(elsewhere / "file"));
    CHECK(held.remove("a/b/link"));
    CHECK(held.remove("a/b/file"));
    CHECK(fs::is_empty(folder / "a/b"));
}

TEST_CASE("a held folder stays the same folder when it is renamed and another takes its name", "[held_folder]") {
    const temporary_folder folder;
    for (const auto* name : {"one", "two"}) {
        fs::create_directory(folder / name);
        write_file(folder / name / "file", pattern(name == std::string{"one"} ? 1 : 2));
    }
    const held_folder held(folder / "one");
    fs::rename(folder / "one", folder / "aside");
    fs::create_directory_symlink("two", folder / "one");
    CHECK(held.open_file("file").size() == 1);
    atomic_file made(held.open_folder(""), held.path() / "made", existing_target::refuse);
    made.commit();
    CHECK(fs::exists(folder / "aside/made"));
    CHECK(!fs::exists(folder / "two/made"));
}

TEST_CASE("what takes the name of a file or folder that was seen is refused", "[held_folder]") {
    const temporary_folder folder;
    fs::create_directory(folder / "a");
    fs::create_directory(folder / "b");
    write_file(folder / "a/file", pattern(1));
    write_file(folder / "b/file", pattern(1));
    const held_folder held(folder.path());
    const auto file = identity_of(*held.status("a/file")), sub = identity_of(*held.status("a"));
    CHECK(held.open_file("a/file", file).size() == 1);
    CHECK(held.open_folder("a", sub).get() >= 0);
    fs::remove(folder / "a/file");
    fs::create_hard_link(folder / "b/file", folder / "a/file");
    CHECK(code_of([&] { held.open_file("a/file", file); }) == errc::input_unreadable);
    fs::rename(folder / "a", folder / "aside");
    fs::rename(folder / "b", folder / "a");
    CHECK(code_of([&] { held.open_folder("a", sub); }) == errc::input_unreadable);
}
