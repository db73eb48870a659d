// What is written reaches the disk in the background, and a loss there is the answer to finish.
#include "actors/file_streams.hpp"
#include "actors/runtime.hpp"
#include "messages/limits.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>

using namespace omegasafe;

namespace {

struct calls {
    std::atomic<int> written = 0, flushed = 0, finished = 0, gone = 0;
};

constexpr int crash = -1; // in place of the flush that fails

class counted_output final : public actors::file_output {
public:
    counted_output(calls& all, int failing_flush) : all_(all), failing_flush_(failing_flush) {}
    ~counted_output() override { ++all_.gone; }

    void write(const chunk&) override { ++all_.written; }
    void flush() override {
        if (++all_.flushed == failing_flush_)
            throw failure(errc::io_failed, "The disk lost something.");
        if (failing_flush_ == crash)
            throw std::runtime_error("broken on purpose");
    }
    void finish() override { ++all_.finished; }

private:
    calls& all_;
    int failing_flush_;
};

struct writer_fixture {
    actors::runtime runtime{"/nonexistent", 1};
    caf::scoped_actor self{runtime.system()};
    calls all;
    chunk_ptr large = std::make_shared<chunk>();

    writer_fixture() { large->plain_size = limits::flush_bytes; }

    file_writer_actor writer(int failing_flush = 0) {
        return actors::spawn_file_writer(actors::surroundings_of(runtime.system(), runtime.supervisor()),
            std::make_shared<counted_output>(all, failing_flush));
    }
    void write(const file_writer_actor& to, int chunks) {
        for (int i = 0; i < chunks; ++i)
            REQUIRE(actors::ask<chunk_ptr>(self, to, large) == large);
    }
};

} // namespace

TEST_CASE("behind FileMetadata a chunk's plain bytes begin a page, however often it grew") {
    plain_buffer plain;
    CHECK(plain.size() == 0);
    for (const auto size : {limits::file_metadata_bytes, limits::segment_bytes, limits::chunk_bytes}) {
        plain.resize(size);
        CHECK(plain.size() == size);
        CHECK(reinterpret_cast<std::uintptr_t>(plain.data() + limits::file_metadata_bytes) % 4096 == 0);
    }
}

TEST_CASE_METHOD(writer_fixture, "a small output is not flushed before its end") {
    const auto to = writer();
    large->plain_size = limits::flush_bytes - 1;
    write(to, 1);
    actors::ask<void>(self, to, finish_output{});
    CHECK((all.written == 1 && all.flushed == 0 && all.finished == 1 && all.gone == 1));
}

TEST_CASE_METHOD(writer_fixture, "a large output is flushed beside writing, and once more before it appears") {
    const auto to = writer();
    write(to, 3);
    actors::ask<void>(self, to, finish_output{});
    CHECK((all.written == 3 && all.flushed >= 2 && all.finished == 1 && all.gone == 1));
}

TEST_CASE_METHOD(writer_fixture, "an output whose flush failed never appears, however many flushes succeed later") {
    const auto to = writer(1);
    write(to, 3);
    for (int i = 0; i < 2; ++i) {
        try {
            actors::ask<void>(self, to, finish_output{});
            FAIL("finished");
        } catch (const failure& problem) {
            CHECK(problem.code() == errc::io_failed);
        }
    }
    actors::ask<void>(self, to, discard_output{});
    CHECK((all.flushed == 1 && all.finished == 0 && all.gone == 1));
}

TEST_CASE_METHOD(writer_fixture, "a discarded output is gone before the answer") {
    const auto to = writer();
    write(to, 2);
    actors::ask<void>(self, to, discard_output{});
    CHECK((all.finished == 0 && all.gone == 1));
}

TEST_CASE_METHOD(writer_fixture, "an output whose flush crashed never appears, and the writer still answers") {
    const auto to = writer(crash);
    write(to, 2);
    try {
        actors::ask<void>(self, to, finish_output{});
        FAIL("finished");
    } catch (const failure& problem) {
        CHECK(problem.code() == errc::internal);
    }
    actors::ask<void>(self, to, discard_output{});
    CHECK((all.finished == 0 && all.gone == 1));
}
