// --include and --exclude.
#include "storage/tree/tree_filter.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

using names = std::vector<std::string>;

/// What stays of a small tree; folders end with '/'.
names selected(tree_patterns patterns) {
    std::vector<tree_entry> entries;
    for (const std::string path : {"build/", "build/a.o", "docs/", "docs/build", "docs/deep/", "docs/deep/b.md",
             "docs/deep/c.txt", "empty/", "src/", "src/.hidden", "src/a.o", "src/a.cpp", "top.md"})
        entries.push_back({path.substr(0, path.find_last_not_of('/') + 1), path.ends_with('/'), {}, {}});
    tree_filter{std::move(patterns)}.select(entries);
    names left;
    for (const auto& entry : entries)
        left.push_back(entry.path + (entry.is_folder ? "/" : ""));
    return left;
}

bool excludes(const std::string& pattern, const std::string& path, bool is_folder = false) {
    return tree_filter{{{}, {pattern}}}.excludes(path, is_folder);
}

} // namespace

TEST_CASE("a pattern matches the end of a path, or from the root", "[tree_filter]") {
    CHECK(excludes("*.o", "a.o"));
    CHECK(excludes("*.o", "deep/in/a.o"));
    CHECK(excludes("in/*.o", "deep/in/a.o"));
    CHECK_FALSE(excludes("in/*.o", "deep/main/a.o")); // from the beginning of a component
    CHECK_FALSE(excludes("in/*.o", "in/deep/a.o"));   // '*' stops at '/'
    CHECK(excludes("/in/*.o", "in/a.o"));
    CHECK_FALSE(excludes("/in/*.o", "deep/in/a.o"));
    CHECK(excludes("*", ".hidden"));
    CHECK(excludes("[ab]?.o", "x/a1.o"));
    CHECK(excludes("a\\*", "a*"));
    CHECK_FALSE(excludes("a\\*", "ab"));
    CHECK_FALSE(excludes("*.O", "a.o"));
    CHECK(excludes("in/", "deep/in", true));
    CHECK_FALSE(excludes("in/", "deep/in", false));
    CHECK_FALSE(excludes("", "a"));
    CHECK_FALSE(excludes("/", "a", true));
}

TEST_CASE("excluded folders go with all that is in them", "[tree_filter]") {
    CHECK(selected({{}, {"build/", "deep"}}) ==
          names{"docs/", "docs/build", "empty/", "src/", "src/.hidden", "src/a.o", "src/a.cpp", "top.md"});
    CHECK(selected({{}, {"build"}}) == names{"docs/", "docs/deep/", "docs/deep/b.md", "docs/deep/c.txt", "empty/",
                                           "src/", "src/.hidden", "src/a.o", "src/a.cpp", "top.md"});
    CHECK(selected({{}, {"*"}}).empty());
}

TEST_CASE("with --include only what matches stays, and the folders on the way", "[tree_filter]") {
    CHECK(selected({{"*.md"}, {}}) == names{"docs/", "docs/deep/", "docs/deep/b.md", "top.md"});
    CHECK(selected({{"/docs"}, {}}) == names{"docs/", "docs/build", "docs/deep/", "docs/deep/b.md", "docs/deep/c.txt"});
    CHECK(selected({{"*.md", "*.o"}, {"build/"}}) ==
          names{"docs/", "docs/deep/", "docs/deep/b.md", "src/", "src/a.o", "top.md"});
    CHECK(selected({{"*.md"}, {"*.md"}}).empty()); // --exclude wins
    CHECK(selected({{"empty/"}, {}}) == names{"empty/"});
    CHECK(selected({{"nothing"}, {}}).empty());
}
