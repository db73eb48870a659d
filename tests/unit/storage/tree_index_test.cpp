// The index of a tree: what is written is read, and nothing unsafe is.
#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "storage/tree/tree_index.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <set>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

/// Of a file whose positions are beyond 64 bits.
file_proof proof(std::uint8_t number) {
    return {(u128{7} << 70) + number, crypto::sha256::of({&number, 1})};
}

tree_entry file(std::string path, std::uint8_t number = 1) {
    return {std::move(path), false, {4096, 0644, 1'700'000'000'123'456'789}, id(number), proof(number)};
}
tree_entry folder(std::string path) {
    return {std::move(path), true, {0, 0755, -1}, {}};
}

errc error_of(const std::vector<tree_entry>& entries) {
    return code_of([&] { decode_tree_index(encode_tree_index({id(9), entries})); });
}

/// Any safe name, from few characters so that names collide and nest.
rc::Gen<std::string> any_name() {
    const auto character = rc::gen::oneOf(rc::gen::elementOf(std::string{"a-.0 \xc3\xa4"}),
        rc::gen::map(rc::gen::inRange(0x80, 0x100), [](int c) { return static_cast<char>(c); }));
    return rc::gen::map(
        rc::gen::container<std::string>(character), [](std::string name) { return name.substr(0, 200) + "x"; });
}

} // namespace

TEST_CASE("what an index says comes back", "[tree_index]") {
    const tree_index index{id(9), {folder("a"), file("a-b", 1), folder("a/empty"), file("a/\xff\xfe name", 2),
                                      folder("z"), file("z/\xc3\xa4.txt", 3)}};
    CHECK(decode_tree_index(encode_tree_index(index)) == index);
    CHECK(decode_tree_index(encode_tree_index({})) == tree_index{});
    CHECK(tree_index_size(index.entries) == encode_tree_index(index).size());
}

TEST_CASE("any tree survives its index", "[tree_index]") {
    rc::check([](const std::vector<std::uint8_t>& shape) {
        std::vector<std::string> folders{""};
        std::set<std::string> paths;
        tree_index index{crypto::random_uuid(), {}};
        for (const auto byte : shape) {
            const auto path = folders[byte % folders.size()] + *any_name();
            if (!safe_tree_path(path) || !paths.insert(path).second)
                continue;
            const bool is_folder = byte % 3 == 0;
            if (is_folder)
                folders.push_back(path + "/");
            index.entries.push_back({path, is_folder,
                {is_folder ? 0 : *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::inRange<std::uint32_t>(0, 01000),
                    *rc::gen::arbitrary<std::int64_t>()},
                is_folder ? uuid{} : crypto::random_uuid(), is_folder ? file_proof{} : proof(byte)});
        }
        std::ranges::sort(index.entries, {}, &tree_entry::path);
        RC_ASSERT(decode_tree_index(encode_tree_index(index)) == index);
    });
}

TEST_CASE("unsafe paths are no paths", "[tree_index]") {
    for (const auto* path : {"a", "a/b", ".hidden", "...", "a b/\xff", "-"})
        CHECK(safe_tree_path(path));
    for (const auto* path : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", "a\\b", "a\nb", "a/\x7f"})
        CHECK_FALSE(safe_tree_path(path));
    CHECK_FALSE(safe_tree_path(std::string_view{"a\0b", 3}));
    CHECK_FALSE(safe_tree_path(std::string(256, 'a')));
    std::string deep = "a";
    while (deep.size() < limits::tree_path_bytes - 1)
        deep += "/a";
    CHECK(safe_tree_path(deep));
    CHECK_FALSE(safe_tree_path(deep + "/a"));
}

TEST_CASE("an index that lies is refused", "[tree_index]") {
    CHECK(error_of({file("../a")}) == errc::container_damaged);
    CHECK(error_of({file("/a")}) == errc::container_damaged);
    CHECK(error_of({file("")}) == errc::container_damaged);
    CHECK(error_of({file("b", 1), file("a", 2)}) == errc::container_damaged);
    CHECK(error_of({file("a", 1), file("a", 2)}) == errc::container_damaged);
    CHECK(error_of({file("a", 1), file("b", 1)}) == errc::container_damaged);
    CHECK(error_of({file("a/b")}) == errc::container_damaged);
    CHECK(error_of({file("a", 1), file("a/b", 2)}) == errc::container_damaged); // a is no folder
    auto odd = file("a");
    odd.attributes.mode = 04755;
    CHECK(error_of({odd}) == errc::container_damaged);
    odd = file("a");
    odd.encrypted = {};
    CHECK(error_of({odd}) == errc::container_damaged);
    odd = folder("a");
    odd.attributes.size = 1;
    CHECK(error_of({odd}) == errc::container_damaged);
    odd = folder("a");
    odd.proof = proof(1);
    CHECK(error_of({odd}) == errc::container_damaged);
}

TEST_CASE("every byte of an index counts", "[tree_index]") {
    const auto good = encode_tree_index({id(9), {folder("a"), file("a/b", 7)}});
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK(code_of([&] { decode_tree_index({good.data(), size}); }) == errc::container_damaged);
    auto longer = good;
    longer.push_back(0);
    CHECK(code_of([&] { decode_tree_index(longer); }) == errc::container_damaged);
    auto newer = good;
    newer[8] = 3;
    CHECK(code_of([&] { decode_tree_index(newer); }) == errc::container_newer);
    auto huge = good;
    huge[23] = 0xff; // 2^63 rows and more
    CHECK(code_of([&] { decode_tree_index(huge); }) == errc::container_damaged);
    const auto meant = decode_tree_index(good);
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto changed = good;
        changed[at] ^= 0x10;
        tree_index read;
        const auto code = code_of([&] { read = decode_tree_index(changed); });
        CHECK((code != errc::none || read != meant));
    }
}
