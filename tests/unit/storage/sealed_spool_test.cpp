// What streams keep on disk for a while: no name, no plain text, and nothing else than what was written.
#include "storage/container/sealed_spool.hpp"
#include "storage/files/fail_points.hpp"
#include "storage_support.hpp"
#include "tests/support/environment.hpp"
#include <catch2/catch.hpp>
#include <cstring>
#include <fcntl.h>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

bytes text_of(std::size_t size) {
    bytes text(size);
    for (std::size_t i = 0; i < size; ++i)
        text[i] = static_cast<std::uint8_t>(i % 251);
    return text;
}

bytes read(const byte_source& source, std::uint64_t offset, std::size_t size) {
    bytes found(size);
    source.read_at(offset, found);
    return found;
}

/// The one deleted file that this process has open in `folder`.
std::string open_in(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = fs::read_symlink(entry.path(), gone).string();
        if (target.starts_with(folder.string() + "/") && target.ends_with(" (deleted)"))
            return entry.path().string();
    }
    return {};
}

int no_unnamed_files(const char* name) {
    return std::strcmp(name, "create_temporary") == 0 ? EOPNOTSUPP : 0;
}

} // namespace

TEST_CASE("A spool gives back every piece of what was written, whatever the sizes") {
    rc::prop("pieces", [] {
        const auto size = *rc::gen::weightedOneOf<std::size_t>({{1, rc::gen::inRange<std::size_t>(0, 4)},
            {4, rc::gen::inRange<std::size_t>(65'500, 65'580)}, {4, rc::gen::inRange<std::size_t>(131'000, 400'000)}});
        const auto text = text_of(size);
        sealed_spool spool("the test's text");
        for (std::size_t written = 0; written < size;) {
            const auto piece = std::min(*rc::gen::inRange<std::size_t>(1, 100'000), size - written);
            spool.write_at(written, const_byte_span(text).subspan(written, piece));
            written += piece;
        }
        spool.finish();
        RC_ASSERT(spool.size() == size);
        RC_ASSERT(read(spool, 0, size) == text);
        const auto offset = *rc::gen::inRange<std::size_t>(0, size + 1);
        const auto length = *rc::gen::inRange<std::size_t>(0, size - offset + 1);
        RC_ASSERT(read(spool, offset, length) == bytes(text.begin() + static_cast<std::ptrdiff_t>(offset),
                                                     text.begin() + static_cast<std::ptrdiff_t>(offset + length)));
    });
}

TEST_CASE("A spool is written once, in order, and read when it is finished") {
    sealed_spool spool("the test's text");
    const auto text = text_of(100);
    spool.write_at(0, text);
    CHECK(code_of([&] { spool.write_at(0, text); }) == errc::internal);
    CHECK(code_of([&] { spool.write_at(101, text); }) == errc::internal);
    CHECK(code_of([&] { read(spool, 0, 10); }) == errc::io_failed);
    spool.finish();
    CHECK(code_of([&] { spool.write_at(100, text); }) == errc::internal);
    CHECK(code_of([&] { read(spool, 91, 10); }) == errc::io_failed);
    CHECK(read(spool, 90, 10) == bytes(text.begin() + 90, text.end()));
}

TEST_CASE("A spool has no name, holds no plain text and notices what was altered") {
    const temporary_folder folder;
    const scoped_variable place("TMPDIR", folder.path().string());
    const auto hook = GENERATE(static_cast<fail_point_hook>(nullptr), static_cast<fail_point_hook>(no_unnamed_files));
    fail_point_hook_in_use = hook;
    const bytes text(200'000, 'x');
    sealed_spool spool("the test's text");
    fail_point_hook_in_use = nullptr;
    spool.write_at(0, text);
    spool.finish();
    CHECK(folder.names().empty());

    const auto file = open_in(folder.path());
    REQUIRE_FALSE(file.empty());
    if (hook != nullptr) // a process that was killed in between left the name that all such files have
        CHECK(fs::read_symlink(file).filename().string().starts_with(".omegasafe-tmp-"));
    const auto stored = read_file(file, 1'000'000);
    CHECK(stored.size() == 200'000 + 4 * segment_codec::overhead);
    CHECK(std::ranges::search(stored, bytes(16, 'x')).empty());

    const descriptor writable(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(writable);
    const auto altered = static_cast<std::uint8_t>(stored[70'000] ^ 1U);
    REQUIRE(::pwrite(writable.get(), &altered, 1, 70'000) == 1);
    CHECK(read(spool, 0, 65'536) == bytes(65'536, 'x'));
    CHECK(code_of([&] { read(spool, 65'536, 1); }) == errc::io_failed);
}

TEST_CASE("A temporary file says where it cannot be made") {
    const scoped_variable place("TMPDIR", "/nowhere/at/all");
    CHECK(sentence_of([] { temporary_file file("the test's text"); }).find("/nowhere/at/all") != std::string::npos);
}
