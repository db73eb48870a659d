// Files and trees that end early: because somebody wants it, or by an exception that nobody foresaw.
#include "tests/scenario/device.hpp"

#include "actors/batch.hpp"
#include "storage/files/fail_points.hpp"
#include "tests/support/tree.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <new>

using namespace omegasafe;
using namespace omegasafe::test;
namespace fs = std::filesystem;

namespace {

/// Calls `what` at the `number`-th call of a fail point, until the end of the scope.
struct at_call {
    at_call(const char* name, int number, std::function<void()> what) {
        wanted = name;
        left = number;
        then = std::move(what);
        storage::fail_point_hook_in_use = [](const char* called) {
            if (std::strcmp(called, wanted) == 0 && --left == 0)
                then();
            return 0;
        };
    }
    ~at_call() { storage::fail_point_hook_in_use = nullptr; }
    static inline const char* wanted = nullptr;
    static inline std::atomic<int> left = 0;
    static inline std::function<void()> then;
};

void out_of_memory() {
    throw std::bad_alloc{};
}

struct stopped_device : device {
    stopped_device() {
        create_key(folder / "ecs.sfc");
        fs::create_directory(in);
        write_text(in / "a", "content");
        write_text(in / "b", "content");
    }

    failure encrypt_fails(bool resume = false) {
        return failure_of([&] {
            const auto batch = actors::spawn_batch(runtime->system(), runtime->supervisor(), {}, stop.get_token());
            ask<tree_report_ptr>(batch, encrypt_tree{in, sealed, key_uuid, {}, 1, resume});
        });
    }
    template <class F>
    failure failure_of(F action) {
        try {
            action();
        } catch (const failure& problem) {
            return problem;
        }
        FAIL("no failure was thrown");
        return {errc::none, ""};
    }

    fs::path in = folder / "in", sealed = folder / "sealed";
    std::stop_source stop;
};

} // namespace

TEST_CASE_METHOD(stopped_device, "a tree that is stopped before it begins leaves nothing", "[sfc]") {
    stop.request_stop();
    const auto problem = encrypt_fails();
    CHECK(problem.code() == errc::aborted);
    CHECK(std::string{problem.what()} == "It was stopped.");
    CHECK_FALSE(fs::exists(sealed));
}

TEST_CASE_METHOD(stopped_device, "a tree that is stopped under way says only that", "[sfc]") {
    const at_call journal{"journal", 1, [&] { stop.request_stop(); }};
    const auto problem = encrypt_fails();
    CHECK(problem.code() == errc::aborted);
    CHECK(std::string{problem.what()} == "It was stopped.");
}

TEST_CASE_METHOD(stopped_device, "an exception that nobody foresaw stops a tree as a failure does", "[sfc]") {
    for (const int call : {1, 2}) { // before the group and behind it
        const at_call journal{"journal", call, out_of_memory};
        const auto problem = encrypt_fails(call > 1);
        CHECK(problem.code() == errc::internal);
        CHECK_THAT(problem.what(), Catch::Contains("std::bad_alloc") && Catch::Contains("--resume"));
    }
    const auto batch = actors::spawn_batch(runtime->system(), runtime->supervisor(), {});
    CHECK(ask<tree_report_ptr>(batch, encrypt_tree{in, sealed, key_uuid, {}, 1, true})->items.size() == 2);
}

TEST_CASE_METHOD(stopped_device, "an exception that nobody foresaw is a file's answer, and nothing is left", "[sfc]") {
    run_file(encrypt_file{in / "a", folder / "sealed-a", key_uuid, false});
    fs::create_directory(folder / "out");
    const at_call output{"create_unnamed", 1, out_of_memory};
    const auto problem = failure_of([&] { run_file(decrypt_file{folder / "sealed-a", folder / "out", {}}); });
    CHECK(problem.code() == errc::internal);
    CHECK_THAT(problem.what(), Catch::Contains("std::bad_alloc"));
    CHECK(fs::is_empty(folder / "out"));
}
