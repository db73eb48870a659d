#include "tests/scenario/claim_world.hpp"

#include "storage/files/fail_points.hpp"
#include "storage/records/place_record.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <fmt/format.h>
#include <iostream>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

namespace omegasafe::test {

namespace fs = std::filesystem;

namespace {

/// Made once and copied for each world. No actor runs in it afterwards: a process with threads must not fork.
struct pattern {
    std::array<device, claim_world::devices> all;

    pattern() {
        all[0].create_key(all[0].folder / "ecs.sfc");
        for (std::size_t i = 1; i < all.size(); ++i)
            all[i].join(all[0]);
        for (auto& one : all)
            one.runtime.reset();
    }
};

const pattern& the_pattern() {
    static const pattern made;
    return made;
}

std::atomic<int> calls_left{0};
std::atomic<trouble> at_the_call{trouble::none};

int hook(const char* /*name*/) {
    if (calls_left-- != 0)
        return 0;
    if (at_the_call == trouble::process_dies)
        ::_exit(died_on_purpose);
    if (at_the_call == trouble::actor_crashes)
        throw std::runtime_error("crashed on purpose");
    return EIO;
}

void tell(int report, const event& happened) {
    static_assert(sizeof(event) < 512, "written in one piece");
    if (::write(report, &happened, sizeof happened) != sizeof happened)
        ::_exit(1);
}

void apply_settings(const process_plan& plan) {
    const auto set = [](const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); };
    const auto gigabytes = [](std::uint64_t positions) {
        return fmt::format("{}.{:09}", positions / 1'000'000'000, positions % 1'000'000'000);
    };
    set("OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB", gigabytes(plan.performance));
    set("OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB", gigabytes(plan.offline));
    set("OMEGASAFE_OFFLINE_MODE", plan.offline_mode ? "TRUE" : "FALSE");
}

void claim_all(actors::runtime& runtime, const uuid& key_uuid, const process_plan& plan, int report) {
    for (const auto size : plan.requests) {
        try {
            const auto claimed =
                actors::ask<claimed_range>(runtime.system(), runtime.actors().claimant, claim_request{key_uuid, size});
            tell(report, {event::handed_out, {}, {}, claimed.range});
        } catch (const failure& problem) {
            tell(report, {event::failed, {}, problem.code(), {}});
        }
    }
}

std::vector<event> read_all(int from) {
    std::vector<event> events;
    event one;
    while (::read(from, &one, sizeof one) == sizeof one)
        events.push_back(one);
    return events;
}

} // namespace

claim_world::claim_world() {
    const auto& made = the_pattern();
    key_uuid_ = made.all[0].key_uuid;
    ecs_uuid_ = made.all[0].ecs_uuid;
    fs::copy_file(made.all[0].ecs_path, ecs_path_);
    for (std::size_t i = 0; i < devices; ++i)
        fs::copy(made.all[i].root, root_of(i));
}

std::vector<storage::cache_entry> claim_world::cache_of(std::size_t device) const {
    const auto password = std::make_shared<storage::sfc_password>(std::getenv("OMEGASAFE_CONFIG_PASSWORD"));
    const auto file = storage::open_container(root_of(device) / "local_cache.sfc", password);
    std::vector<storage::cache_entry> entries;
    for (const auto& stored : file->entries())
        if (stored.id != storage::place_entry_uuid)
            entries.push_back(storage::decode_cache_entry(stored.attributes));
    std::ranges::sort(entries, {}, &storage::cache_entry::seq_number);
    return entries;
}

ecs_turn claim_world::turn_of(const process_plan& plan, int report) const {
    if (plan.what == trouble::ecs_unreachable)
        return unreachable();
    if (plan.what == trouble::answer_lost)
        return too_late(unreachable());
    if (plan.what != trouble::range_replayed)
        return {};
    const auto entries = cache_of(plan.device);
    const auto floor = (plan.where == ecs_call::claim_alpha ? entries.front() : entries.back()).floor;
    return answers_range([floor, report, call = plan.where](const position_range& good) {
        if (floor == 0)
            return good; // nothing to repeat yet
        const position_range replayed{floor - 1, floor - 1 + good.size() - 1};
        tell(report, {event::replay, call, {}, replayed});
        return replayed;
    });
}

/// The life of one process: its actors start, claim and end, unless they are made to die before.
void claim_world::live(const process_plan& plan, int report) const {
    ::alarm(100); // a hang ends here and is seen as a death that nobody asked for
    spdlog::set_level(spdlog::level::off);
    apply_settings(plan);
    const auto stand_in = stand_in_connector([report](const ecs_record& record) {
        if (record.gave)
            tell(report, {event::ecs_gave, record.call, {}, *record.gave});
    });
    const auto here = [&](caf::actor_system& system, ecs_entry entry) {
        entry.path = ecs_path_; // the entry names the pattern's
        return stand_in(system, entry);
    };
    {
        actors::runtime runtime{root_of(plan.device), 1, here};
        const auto connection =
            actors::ask<ecs_connection_actor>(runtime.system(), runtime.actors().ecs_directory, connect_ecs{ecs_uuid_});
        actors::ask<void>(runtime.system(), as_stand_in(connection),
            play_orders{{{.turn = turn_of(plan, report), .call = plan.where}}});
        if (plan.what >= trouble::process_dies) {
            calls_left = plan.system_call;
            at_the_call = plan.what;
            storage::fail_point_hook_in_use = hook;
        }
        claim_all(runtime, key_uuid_, plan, report);
    }
    ::_exit(0);
}

std::vector<process_life> claim_world::run(const std::vector<process_plan>& plans) const {
    struct child {
        pid_t pid;
        int report;
    };
    std::vector<child> children;
    for (const auto& plan : plans) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            throw std::runtime_error("pipe");
        const auto pid = ::fork();
        if (pid == 0) {
            try {
                live(plan, ends[1]);
            } catch (const std::exception& problem) {
                std::cerr << "a process of the claims property: " << problem.what() << '\n';
            }
            ::_exit(1);
        }
        ::close(ends[1]);
        children.push_back({pid, ends[0]});
    }
    std::vector<process_life> lives;
    for (const auto& one : children) {
        process_life life{read_all(one.report), 0};
        ::close(one.report);
        int status = 0;
        ::waitpid(one.pid, &status, 0);
        life.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        lives.push_back(std::move(life));
    }
    return lives;
}

} // namespace omegasafe::test
