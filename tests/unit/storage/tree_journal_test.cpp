// The journal of encrypt-tree: what is in it, whom it belongs to, and how a torn end is passed over.
#include "storage/files/byte_order.hpp"
#include "storage/tree/tree_journal.hpp"
#include "storage_support.hpp"
#include <algorithm>
#include <catch2/catch.hpp>
#include <rapidcheck.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

journal_file done(std::uint8_t number) {
    return {id(number), {(u128{5} << 80) + number, crypto::sha256::of({&number, 1})}};
}

struct journal_folder : temporary_folder {
    tree_journal::binding bound{fast_password(), id(9), "/some/where"};
    const file_attributes attributes{10, 0600, 77};
    fs::path path() const { return *this / std::string{tree_journal_name}; }

    tree_journal create() const { return tree_journal::create(temporary_folder::path(), bound); }
    tree_journal open() const { return tree_journal::open(temporary_folder::path(), bound); }
    /// Two files begun, one of them done.
    file_tag write_two() const {
        auto journal = create();
        const auto tag = journal.tag_of("a/b", attributes);
        journal.begin(std::vector{id(1), id(2)});
        journal.finish(std::vector{std::pair{tag, done(1)}});
        return tag;
    }
};

} // namespace

TEST_CASE_METHOD(journal_folder, "a journal remembers what was begun and what is done", "[tree_journal]") {
    const auto tag = write_two();
    const auto tree = open().tree_uuid();
    CHECK_FALSE(tree.is_nil());
    {
        auto again = open();
        CHECK(again.before().begun == std::set{id(1), id(2)});
        CHECK(again.before().done == std::map<file_tag, journal_file>{{tag, done(1)}});
        CHECK(again.tree_uuid() == tree);
        again.finish(std::vector{std::pair{again.tag_of("c", attributes), done(2)}}); // goes on counting
    }
    CHECK(open().before().done.size() == 2);
    CHECK(open().tree_uuid() == tree);
    CHECK(fs::status(path()).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(code_of([&] { create(); }) == errc::output_refused);
    open().remove();
    CHECK(names().empty());
}

TEST_CASE_METHOD(
    journal_folder, "size, time and path make a file's tag; names are not in the journal", "[tree_journal]") {
    const auto journal = create();
    const auto tag = journal.tag_of("secret-name", attributes);
    CHECK(tag == journal.tag_of("secret-name", {10, 0777, 77})); // the mode is no reason to encrypt again
    CHECK(tag != journal.tag_of("secret-name", {11, 0600, 77}));
    CHECK(tag != journal.tag_of("secret-name", {10, 0600, 78}));
    CHECK(tag != journal.tag_of("secret-nam", attributes));
    const temporary_folder other;
    CHECK(tag != tree_journal::create(other.path(),
                     {std::make_shared<sfc_password>(crypto::generate_password().text()), id(9), "/some/where"})
                     .tag_of("secret-name", attributes));
}

TEST_CASE_METHOD(
    journal_folder, "what a journal says of a file's content and place cannot be read in it", "[tree_journal]") {
    write_two();
    const auto whole = file_bytes(path());
    const auto has = [&](const auto& part) { return std::ranges::search(whole, part).begin() != whole.end(); };
    const auto proof = done(1).proof;
    CHECK(has(id(1))); // what is to be seen is seen
    CHECK_FALSE(has(proof.sha256));
    std::array<std::uint8_t, sizeof(u128)> position{};
    store_le(position.data(), proof.global_position_start);
    CHECK_FALSE(has(position));
}

TEST_CASE_METHOD(journal_folder, "a journal belongs to one input, key and password", "[tree_journal]") {
    write_two();
    auto other = bound;
    other.input = "/else/where";
    CHECK(code_of([&] { tree_journal::open(temporary_folder::path(), other); }) == errc::output_refused);
    other = bound;
    other.key_uuid = id(8);
    CHECK(code_of([&] { tree_journal::open(temporary_folder::path(), other); }) == errc::output_refused);
    other = bound;
    other.password = std::make_shared<sfc_password>(crypto::generate_password().text());
    CHECK(code_of([&] { tree_journal::open(temporary_folder::path(), other); }) == errc::output_refused);
}

TEST_CASE_METHOD(journal_folder, "wherever a journal is cut, its whole records count", "[tree_journal]") {
    write_two();
    const auto whole = file_bytes(path());
    REQUIRE(whole.size() == journal_header_bytes + 3 * journal_record_bytes);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        write_file(path(), {whole.data(), size});
        if (size < journal_header_bytes) {
            CHECK(code_of([&] { open(); }) == errc::container_damaged);
            continue;
        }
        const auto records = (size - journal_header_bytes) / journal_record_bytes;
        CHECK(open().before().count == records);
        CHECK(fs::file_size(path()) == journal_header_bytes + records * journal_record_bytes); // the torn end is gone
    }
}

TEST_CASE_METHOD(journal_folder, "no byte of a journal can be changed unnoticed", "[tree_journal]") {
    write_two();
    const auto whole = file_bytes(path());
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] ^= 1;
        write_file(path(), changed);
        if (at < journal_header_bytes)
            CHECK(code_of([&] { open(); }) != errc::none);
        else
            CHECK(open().before().count == (at - journal_header_bytes) / journal_record_bytes);
    }
    // Records in another order are no records: each knows its number.
    auto swapped = whole;
    std::swap_ranges(swapped.begin() + journal_header_bytes,
        swapped.begin() + journal_header_bytes + journal_record_bytes,
        swapped.begin() + journal_header_bytes + journal_record_bytes);
    write_file(path(), swapped);
    CHECK(open().before().count == 0);
}

TEST_CASE("any records come back", "[tree_journal]") {
    rc::check([](const std::vector<std::pair<std::uint8_t, bool>>& wanted) {
        const secure_bytes key(std::string_view{"0123456789abcdef0123456789abcdef"});
        bytes written;
        std::set<crypto::uuid> begun;
        std::map<file_tag, journal_file> finished;
        for (std::uint64_t number = 0; number < wanted.size(); ++number) {
            const auto [name, is_done] = wanted[number];
            const file_tag tag{static_cast<std::uint8_t>(name), 1};
            const auto record = encode_journal_record(key, number, done(name), is_done ? &tag : nullptr);
            written.insert(written.end(), record.begin(), record.end());
            if (is_done)
                finished[tag] = done(name);
            else
                begun.insert(id(name));
        }
        const auto found = parse_journal_records(key, written);
        RC_ASSERT(found.count == wanted.size());
        RC_ASSERT(found.begun == begun);
        RC_ASSERT(found.done == finished);
    });
}
