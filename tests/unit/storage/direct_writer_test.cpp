// Whatever the sizes and offsets, and whether the file system takes blocks or not: the file holds what was written.
#include "storage/files/direct_writer.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/files/random_access.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <cstring>
#include <fcntl.h>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

std::atomic<int> blocks_written{0}, blocks_allowed{0};

/// Counts blocks, and refuses those beyond what is allowed.
int count_blocks(const char* name) {
    if (std::strcmp(name, "write_direct") != 0)
        return 0;
    return blocks_written++ < blocks_allowed ? 0 : EINVAL;
}

int no_direct_files(const char* name) {
    return std::strcmp(name, "open_direct") == 0 ? EINVAL : 0;
}

int disk_is_full(const char* name) {
    return std::strcmp(name, "write_direct") == 0 || std::strcmp(name, "write") == 0 ? ENOSPC : 0;
}

struct hook_guard {
    explicit hook_guard(fail_point_hook hook) {
        blocks_written = 0;
        fail_point_hook_in_use = hook;
    }
    ~hook_guard() { fail_point_hook_in_use = nullptr; }
};

/// In the working folder: that of temporary files may be in memory, where old kernels have no O_DIRECT.
class written_file {
public:
    written_file() : file_(::mkostemp(name_.data(), O_CLOEXEC)) {}
    ~written_file() { fs::remove(name_); }
    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;

    fs::path path() const { return name_; }
    int descriptor() const { return file_.get(); }
    bytes content() const {
        const file_source source(path());
        bytes all(source.size());
        source.read_at(0, all);
        return all;
    }

private:
    std::string name_ = fs::current_path() / "omegasafe-test-XXXXXX";
    storage::descriptor file_;
};

/// A copy that lies in pages as its bytes do in the file.
class placed_bytes {
public:
    placed_bytes(const bytes& data, std::uint64_t offset) : pages_(data.size() + 2 * page) {
        const auto address = reinterpret_cast<std::uintptr_t>(pages_.data());
        auto* begin = pages_.data() + (page - address % page) % page + offset % page;
        std::copy(data.begin(), data.end(), begin);
        span_ = {begin, data.size()};
    }
    crypto::const_byte_span span() const { return span_; }

private:
    static constexpr std::size_t page = 4096;
    bytes pages_;
    crypto::const_byte_span span_;
};

/// Writes at an offset of `expected`, which grows as a file does.
void put(bytes& expected, std::uint64_t offset, const bytes& data) {
    if (expected.size() < offset + data.size())
        expected.resize(offset + data.size());
    std::copy(data.begin(), data.end(), expected.begin() + static_cast<std::ptrdiff_t>(offset));
}

} // namespace

TEST_CASE("a run that starts and ends anywhere is written in blocks", "[direct_writer]") {
    blocks_allowed = 1'000'000;
    const hook_guard hook(count_blocks);
    const written_file file;
    const auto writer = direct_writer::open(file.descriptor(), file.path());
    REQUIRE(writer);
    bytes expected;
    std::uint64_t offset = 65'842;
    for (const std::size_t size : {1'048'832U, 100U, 3'000'000U, 4'096U, 1U}) {
        const auto data = pattern(size, size);
        put(expected, offset, data);
        writer->write_at(offset, data);
        offset += size;
    }
    // What a container writes last: its first segment, then its header.
    for (const auto& [begin, size] : {std::pair{290U, 65'552U}, std::pair{0U, 192U}}) {
        put(expected, begin, pattern(size));
        writer->write_at(begin, pattern(size));
    }
    writer->complete();
    CHECK(file.content() == expected);
    CHECK(blocks_written == 3 + 1 + 1); // full ones, the end of the run, the middle of the first segment
}

TEST_CASE("bytes that lie in pages as in the file are written from where they are", "[direct_writer]") {
    blocks_allowed = GENERATE(1'000'000, 2, 0);
    const hook_guard hook(count_blocks);
    const written_file file;
    const auto writer = direct_writer::open(file.descriptor(), file.path());
    REQUIRE(writer);
    bytes expected;
    std::uint64_t offset = 0;
    for (const std::size_t size : {1'047'552U, 300'000U, 300'000U, 300'000U, 10U}) {
        const auto data = pattern(size, size);
        put(expected, offset, data);
        writer->write_at(offset, placed_bytes(data, offset).span());
        offset += size;
    }
    writer->complete();
    CHECK(file.content() == expected);
    if (blocks_allowed > 2)
        CHECK(blocks_written == 4); // one for each piece but the last, where gathering would have made two
}

TEST_CASE("property: bytes at any offsets are what the file holds, blocks refused or not", "[direct_writer]") {
    rc::check([] {
        blocks_allowed = *rc::gen::inRange(0, 4);
        const hook_guard hook(count_blocks);
        const written_file file;
        const auto writer = direct_writer::open(file.descriptor(), file.path());
        RC_ASSERT(writer != nullptr);
        bytes expected;
        std::uint64_t next = 0;
        const auto writes = *rc::gen::inRange(1, 12);
        for (int i = 0; i < writes; ++i) {
            const auto offset = *rc::gen::weightedElement<std::uint64_t>(
                {{8, next}, {1, next / 2}, {1, next + 5'000}, {1, next / 4'096 * 4'096}});
            const auto size = *rc::gen::element<std::size_t>(1, 4'095, 4'096, 65'552, 1'048'832, 1'100'000);
            const auto data = pattern(size, static_cast<std::size_t>(i));
            put(expected, offset, data);
            if (*rc::gen::arbitrary<bool>())
                writer->write_at(offset, data);
            else
                writer->write_at(offset, placed_bytes(data, offset).span());
            next = offset + size;
        }
        writer->complete();
        RC_ASSERT(file.content() == expected);
    });
}

TEST_CASE("without O_DIRECT there is no writer, and a full disk is a failure", "[direct_writer]") {
    const written_file file;
    {
        const hook_guard hook(no_direct_files);
        CHECK(direct_writer::open(file.descriptor(), file.path()) == nullptr);
    }
    const hook_guard hook(disk_is_full);
    const auto writer = direct_writer::open(file.descriptor(), file.path());
    REQUIRE(writer);
    CHECK(code_of([&] { writer->write_at(0, pattern(direct_writer::block_bytes)); }) == errc::io_failed);
}
