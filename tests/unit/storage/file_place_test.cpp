// Where a file is, and how a copy of a container is told from the original.
#include "storage/files/file_place.hpp"
#include "storage/records/place_record.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <fcntl.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

file_place place_of_file(const fs::path& path) {
    const file_source file(path);
    return place_of(file.descriptor());
}

/// Small ones are replaced, those above 1 MiB changed in place.
struct placed_container {
    std::size_t size = GENERATE(std::size_t{100}, std::size_t{2'000'000});
    temporary_folder folder;
    fs::path path = folder / "container.sfc";
    sfc_password_ptr password = std::make_shared<sfc_password>(crypto::generate_password().text());

    placed_container() {
        container_changes first;
        first.put.push_back({id(1), {}, secure_bytes(crypto::const_byte_span(bytes(size, 7)))});
        create_container(path, password, first);
    }
    void change(std::uint8_t number) {
        update_container(path, password, [&](const sfc_reader&) {
            container_changes changes;
            changes.put.push_back({id(number), {}, secure_bytes{}});
            changes.about = place_entry();
            return changes;
        });
    }
    bool believed(const fs::path& where) const { return is_where_written(*open_container(where, password)); }
};

/// As cp does it: the target keeps its inode.
void copy_over(const fs::path& from, const fs::path& to) {
    const auto content = read_file(from, 16 << 20);
    std::ofstream(to, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

} // namespace

TEST_CASE("a machine is named as machine-id(5) asks of programs") {
    const temporary_folder folder;
    const auto named = [&](const std::string& content) {
        std::ofstream(folder / "machine-id", std::ios::trunc) << content;
        return machine_in(folder / "machine-id");
    };
    // HMAC-SHA-256 with the id as its key, computed with Python.
    CHECK(named("0123456789abcdef0123456789abcdef\n") == crypto::parse_uuid("af38ca6d-bc90-45bd-af1f-cc3ebe607370"));
    for (const auto* none : {"", "uninitialized\n", "00000000000000000000000000000000\n", "0123456789abcdef\n",
             "0123456789abcdef0123456789abcdeg\n", "01234567-89ab-cdef-0123-456789abcdef\n"})
        CHECK(!named(none));
    CHECK(!machine_in(folder / "missing"));
}

TEST_CASE("another machine, another file and another birth of the same inode are another place") {
    const auto here = crypto::random_uuid(), there = crypto::random_uuid();
    const file_place noted{here, 7, 1000};
    CHECK(same_place(noted, noted));
    CHECK_FALSE(same_place(noted, {there, 7, 1000}));
    CHECK_FALSE(same_place(noted, {here, 8, 1000}));
    CHECK_FALSE(same_place(noted, {here, 7, 1001}));
    CHECK_FALSE(same_place(noted, {here, 0, 0})); // came to a file system that keeps no numbers
    CHECK_FALSE(same_place({here, 0, 0}, noted));
}

TEST_CASE("without a machine-id, or where inodes have no lasting number, the other half decides alone") {
    const auto here = crypto::random_uuid(), there = crypto::random_uuid();
    CHECK(same_place({std::nullopt, 7, 1000}, {here, 7, 1000}));
    CHECK(same_place({here, 7, 1000}, {std::nullopt, 7, 1000}));
    CHECK_FALSE(same_place({std::nullopt, 7, 1000}, {here, 8, 1000}));
    CHECK(same_place({here, 0, 0}, {here, 0, 0}));
    CHECK_FALSE(same_place({here, 0, 0}, {there, 0, 0}));
    CHECK(same_place({here, 7, 0}, {here, 7, 1000})); // nobody told the birth
}

TEST_CASE("a file keeps its place when it gets a name, and a copy has another") {
    const temporary_folder folder;
    file_place nameless;
    {
        atomic_file file(folder / "a", existing_target::refuse);
        nameless = place_of(file.descriptor());
        file.commit();
    }
    CHECK(place_of_file(folder / "a") == nameless);
    fs::copy_file(folder / "a", folder / "b");
    CHECK(same_place(nameless, place_of_file(folder / "b")) == (nameless.inode == 0));
    fs::rename(folder / "a", folder / "c");
    CHECK(same_place(nameless, place_of_file(folder / "c")));
}

TEST_CASE("the record of a place is what was written") {
    for (const auto& place : {file_place{}, file_place{crypto::random_uuid(), UINT64_MAX, UINT64_MAX}})
        CHECK(decode_place(encode(place)) == place);
    CHECK(code_of([] { decode_place(bytes{}); }) == errc::container_damaged);
}

TEST_CASE_METHOD(placed_container, "a container is where it was written after each change, small or large") {
    CHECK_FALSE(believed(path)); // it does not say where
    for (std::uint8_t number = 2; number < 6; ++number) {
        change(number);
        CHECK(believed(path));
        CHECK(open_container(path, password)->entries().size() == number + std::size_t{1});
    }
    fs::rename(path, folder / "moved.sfc");
    CHECK(believed(folder / "moved.sfc"));
}

TEST_CASE_METHOD(placed_container, "a copy of a container and one brought back are not where they were written") {
    change(2);
    if (place_of_file(path).inode == 0)
        return; // nothing here tells files apart
    const auto copy = folder / "copy.sfc";
    fs::copy_file(path, copy);
    CHECK_FALSE(believed(copy));
    change(3);
    SECTION("put in the place of the newer one") {
        fs::rename(copy, path);
        CHECK_FALSE(believed(path));
        change(4);
        CHECK(believed(path));
    }
    SECTION("written over the newer one") {
        // One that is changed in place keeps inode and birth, and this is not seen: see docs/security.md.
        copy_over(copy, path);
        CHECK(believed(path) == (size > 1'000'000));
    }
}
