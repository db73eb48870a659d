// Every writing command, stopped at every place where it locks, writes, syncs, names or removes a file: once by the
// end of the process, once by a call that fails. After each the configuration must work, the command must come to its
// end when it is run again, and no position may have been used twice.
#include "cli/app.hpp"
#include "crypto/kdf.hpp"
#include "crypto/uuid.hpp"
#include "ecs/ecs_sfc.hpp"
#include "storage/files/fail_points.hpp"
#include "storage/records/place_record.hpp"
#include "tests/e2e/e2e_support.hpp"
#include "tests/support/environment.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <regex>
#include <set>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace omegasafe::test;

namespace {

constexpr int killed = 99; // exit code of a process that the hook ended
constexpr std::size_t most_commands = 16;

/// What a forked child tells its parent.
struct report {
    std::atomic<int> reached; // fail points met; repeats of one call count once
    int codes[most_commands];
};

report& shared() {
    static auto* const memory = static_cast<report*>(
        ::mmap(nullptr, sizeof(report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    return *memory;
}

/// Where a child is stopped and how: 0 ends it, else the call fails with this errno.
int stop_at = 0, stop_with = 0;

int stop(const char* name) {
    static std::atomic<const char*> last{nullptr};
    const bool again = last.exchange(name) == name && std::string_view{name} != "unlink"; // that is another file
    if (again || ++shared().reached != stop_at)
        return 0;
    if (stop_with == 0)
        ::_exit(killed);
    return stop_with;
}

/// Lets a copy of a local cache count as the original, whose claims are good: here time goes back as a whole.
void stand_here(const fs::path& cache) {
    if (!fs::exists(cache))
        return;
    const auto password = std::make_shared<omegasafe::storage::sfc_password>(std::getenv("OMEGASAFE_CONFIG_PASSWORD"));
    omegasafe::storage::update_container(cache, password, [](const omegasafe::storage::sfc_reader& file) {
        omegasafe::storage::container_changes changes;
        for (const auto& entry : file.entries())
            if (entry.id != omegasafe::storage::place_entry_uuid && changes.put.empty())
                changes.put.push_back( // the entry itself again: without a change nothing is written
                    {entry.id, {entry.attributes.begin(), entry.attributes.end()}, std::nullopt});
        changes.about = omegasafe::storage::place_entry();
        return changes;
    });
}

/// Two devices with a key on one SFC ECS, in a folder that can be put back to earlier states.
class laboratory {
    scoped_variable in_memory_{"TMPDIR", "/dev/shm"}; // thousands of fsync calls otherwise wait for the disk
    temp_dir folder_;

public:
    laboratory() {
        for (const auto* folder : {"here", "there", "out"})
            fs::create_directories(work / folder);
        write_text(work / "data", std::string(3000, 'x'));
        keep("empty");
        must({on("here", {"init", "-s"}), on("there", {"init", "-s"}),
            on("here", {"create-sfc-ecs", "-n", "ecs", "-p", path("ecs.sfc"), "-y"})});
        keep("no key");
        must({on("here", {"create-key", "-k", "key", "-n", "0.1", "-r", "0.1", "-c", "2"})});
        key = json_after({"list-keys", "-j"})["keys"][0]["key_uuid"];
        ecs = json_after({"list-ecs", "-j"})["entries"][0]["ecs_uuid"];
        must({on("here", {"encrypt", "-i", path("data"), "-k", key, "-f", "sealed", "-l", "DEBUG"}),
            on("here", {"export-key", "-k", key, "-o", path("alpha")}),
            on("here", {"export-ecs", "-e", ecs, "-o", path("ecs.export")})});
        keep("one key");
        must({on("there", {"import-ecs", "-i", path("ecs.export")})});
        keep("two devices");
        share_key();
    }

    std::string path(const std::string& name) const { return (work / name).string(); }
    static arguments on(const std::string& device, arguments command) {
        command.insert(command.begin() + 1, {"-d", device});
        return command;
    }

    void keep(const std::string& state) const {
        fs::remove_all(folder_ / state);
        fs::copy(work, folder_ / state, fs::copy_options::recursive);
    }
    void restore(const std::string& state) const {
        fs::remove_all(work);
        fs::copy(folder_ / state, work, fs::copy_options::recursive);
        for (const auto* device : {"here", "there"})
            stand_here(work / device / "local_cache.sfc");
    }

    /// Runs the commands one after the other in a child and gives their exit codes; an empty list when the hook ended
    /// it. The child's output is in log().
    std::vector<int> run(const std::vector<arguments>& commands, bool stoppable = false) const {
        REQUIRE(commands.size() <= most_commands);
        shared().reached = 0;
        std::fflush(nullptr); // else the child writes what is still in our buffers
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0)
            run_in_child(commands, stoppable);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        INFO(log());
        REQUIRE(WIFEXITED(status));
        if (WEXITSTATUS(status) == killed)
            return {};
        REQUIRE(WEXITSTATUS(status) == 0);
        return {shared().codes, shared().codes + commands.size()};
    }
    void must(const std::vector<arguments>& commands) const {
        for (const int code : run(commands)) {
            INFO(log());
            REQUIRE(code == 0);
        }
    }
    std::string log() const { return fs::exists(work / "log") ? read_text(work / "log") : ""; }

    const fs::path work = folder_ / "work";
    std::string key, ecs;

private:
    [[noreturn]] void run_in_child(const std::vector<arguments>& commands, bool stoppable) const {
        const int output = ::open(path("log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
        if (::chdir(work.c_str()) != 0)
            ::_exit(1);
        if (stoppable)
            omegasafe::storage::fail_point_hook_in_use = stop;
        for (std::size_t i = 0; i < commands.size(); ++i) {
            std::vector<char*> words{const_cast<char*>("omegasafe")};
            for (const auto& word : commands[i])
                words.push_back(const_cast<char*>(word.c_str()));
            words.push_back(nullptr);
            shared().codes[i] = omegasafe::cli::run(static_cast<int>(words.size() - 1), words.data());
        }
        ::_exit(0);
    }

    /// Without caches, so that Delta 1 can be used up and `here` makes Delta 2, which `there` does not have.
    void share_key() {
        must({on("there", {"set-config", "-p", "0", "-f", "0"}), on("here", {"set-config", "-p", "0", "-f", "0"}),
            on("there", {"import-key", "-e", ecs, "-i", path("alpha")})});
        const auto left = json_after({"list-keys", "-j"})["keys"][0]["latest_delta_capacity_left"]["remaining_bytes"];
        must({on("here", {"fast-forward-claim", "-k", key, "-c", left.dump(), "-f"})});
        keep("full Delta");
        must({on("here", {"encrypt", "-i", path("data"), "-k", key, "-f", "sealed-2", "-l", "DEBUG"})});
        const auto delta = json_after({"list-keys", "-j"})["keys"][0]["latest_delta_uuid"].get<std::string>();
        const auto bytes = omegasafe::ecs::ecs_sfc{path("ecs.sfc")}.download(
            *omegasafe::crypto::parse_uuid(key), *omegasafe::crypto::parse_uuid(delta));
        write_text(work / "delta", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        keep("shared key");
    }

    json json_after(const arguments& command) const {
        const auto before = log().size();
        must({on("here", command)});
        return json::parse(log().substr(before));
    }

    // The commands run in forks of this process: neither its keyring nor its settings are for them.
    scoped_variable password_{"OMEGASAFE_CONFIG_PASSWORD", std::string{omegasafe::crypto::generate_password().text()}};
    scoped_variable no_session_bus_{"DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent"};
    scoped_variable no_runtime_folder_{"XDG_RUNTIME_DIR", std::nullopt};
    scoped_variable other_keyring_entry_{"OMEGASAFE_KEYRING_SERVICE_NAME", "omegasafe-kill-test"};
    scoped_variable no_layer_{"OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", std::nullopt};
};

struct scenario {
    std::string state, device;
    arguments command, again; // and what is added when it runs again
    /// Exit codes that are right besides 0: before it ran again, of the second run, after it.
    std::set<int> before, second, after;

    /// What is tried before and after the second run: together these read and change every container.
    std::vector<arguments> look(const laboratory& lab) const {
        if (state == "empty" || state == "no key")
            return {{"list-keys"}, {"list-ecs"}};
        const arguments encrypt{"encrypt", "-i", "data", "-k", lab.key, "-o", "out", "-l", "DEBUG"};
        if (stop_with != 0)
            return {encrypt};
        return {{"view-key", "-k", lab.key}, encrypt, {"decrypt", "-i", "sealed", "-o", "out", "--overwrite"}};
    }
};

/// Every range that an encryption announced in the log is used by it alone.
void require_positions_used_once(const std::string& log) {
    static const std::regex line{"with positions ([0-9]+) to ([0-9]+) of Delta"};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (std::sregex_iterator i{log.begin(), log.end(), line}, end; i != end; ++i)
        ranges.emplace_back(std::stoull((*i)[1]), std::stoull((*i)[2]));
    std::ranges::sort(ranges);
    for (std::size_t i = 1; i < ranges.size(); ++i)
        REQUIRE(ranges[i].first > ranges[i - 1].second);
}

/// One stop and everything after it. False when the command ended before it came to the stop.
bool survives(const laboratory& lab, const scenario& play) {
    lab.restore(play.state);
    const auto first = lab.run({lab.on(play.device, play.command)}, true);
    if (shared().reached < stop_at) {
        INFO(lab.log());
        REQUIRE(first == std::vector<int>{0});
        return false;
    }
    REQUIRE((first.empty() || first.front() != 1)); // a failed call is no bug
    // Every other time it runs again at once: what comes between may have mended something.
    std::vector<arguments> look = play.look(lab), commands;
    const auto looks_before = stop_at % 2 == 0 ? look.size() : 0;
    for (std::size_t i = 0; i < looks_before; ++i)
        commands.push_back(lab.on(play.device, look[i]));
    commands.push_back(lab.on(play.device, play.command + play.again));
    for (const auto& one : look)
        commands.push_back(lab.on(play.device, one));

    const auto codes = lab.run(commands);
    const auto log = lab.log();
    INFO("stopped at " << stop_at << " with " << stop_with << ", exit code " << (first.empty() ? killed : first.front())
                       << "\n"
                       << log);
    for (std::size_t i = 0; i < commands.size(); ++i) {
        INFO(commands[i].front() << ": exit code " << codes[i]);
        const auto& right = i < looks_before ? play.before : i == looks_before ? play.second : play.after;
        REQUIRE((codes[i] == 0 || right.contains(codes[i])));
    }
    require_positions_used_once(log);
    for (const auto& entry : fs::recursive_directory_iterator(lab.work)) {
        INFO(entry.path());
        REQUIRE(entry.path().filename().string().find(".omegasafe-tmp-") == std::string::npos);
    }
    return true;
}

void stop_everywhere(const laboratory& lab, const scenario& play) {
    for (const bool kill : {true, false}) {
        stop_at = 1;
        for (;; ++stop_at) {
            stop_with = kill ? 0 : stop_at % 2 == 0 ? ENOSPC : EIO;
            if (!survives(lab, play))
                break;
        }
        CHECK(stop_at > 3); // the hook was asked
    }
}

} // namespace

TEST_CASE("kill: commands that set a configuration up or change it") {
    const laboratory lab;
    stop_everywhere(lab, {"empty", "here", {"init", "-s"}, {"-o"}, {20}, {}, {}});
    stop_everywhere(lab, {"one key", "here", {"set-config", "-o", "true", "-p", "1"}, {}, {}, {}, {}});
    stop_everywhere(lab, {"no key", "here", {"create-sfc-ecs", "-n", "b", "-p", "b.sfc", "-y"}, {}, {}, {62}, {}});
    stop_everywhere(lab, {"one key", "there", {"import-ecs", "-i", "ecs.export"}, {}, {51}, {}, {51}});
    stop_everywhere(
        lab, {"one key", "here", {"edit-ecs", "-e", lab.ecs, "-n", "b", "-p", "b.sfc", "-m"}, {}, {}, {}, {}});
    stop_everywhere(lab, {"one key", "here", {"erase-all", "-f"}, {}, {20}, {20}, {20}});
}

TEST_CASE("kill: commands that make, change and remove keys") {
    const laboratory lab;
    stop_everywhere(
        lab, {"no key", "here", {"create-key", "-k", "k", "-n", "0.1", "-r", "0.1", "-c", "2"}, {}, {}, {}, {}});
    stop_everywhere(lab, {"one key", "here", {"edit-key", "-k", lab.key, "-n", "b"}, {}, {}, {}, {}});
    // Gone at the ECS: 50; its claims gone: 52; its link to the ECS gone: 60; gone here: 51.
    stop_everywhere(lab, {"one key", "here", {"delete-key", "-k", lab.key, "-f"}, {}, {50, 51, 52, 60}, {51}, {51}});
    stop_everywhere(lab, {"one key", "here", {"fast-forward-claim", "-k", lab.key, "-c", "9", "-f"}, {}, {}, {}, {}});
}

TEST_CASE("kill: keys and Deltas on their way to another device") {
    const laboratory lab;
    // 11: the export was whole before it was stopped.
    stop_everywhere(lab, {"one key", "here", {"export-key", "-k", lab.key, "-o", "b"}, {}, {}, {11}, {}});
    stop_everywhere(lab, {"one key", "here", {"export-ecs", "-e", lab.ecs, "-o", "b"}, {}, {}, {11}, {}});
    stop_everywhere(lab, {"two devices", "there", {"import-key", "-e", lab.ecs, "-i", "alpha"}, {}, {51}, {}, {}});
    stop_everywhere(lab, {"shared key", "there", {"pull-missing-deltas", "-k", lab.key}, {}, {}, {}, {}});
    stop_everywhere(lab, {"shared key", "there", {"import-key-delta", "-i", "delta", "-f"}, {}, {}, {}, {}});
}

TEST_CASE("kill: encrypt and decrypt") {
    const laboratory lab;
    const arguments encrypt{"encrypt", "-i", "data", "-k", lab.key, "-l", "DEBUG", "-f", "b"};
    stop_everywhere(lab, {"one key", "here", encrypt, {"--overwrite"}, {}, {}, {}});    // from the cache
    stop_everywhere(lab, {"full Delta", "here", encrypt, {"--overwrite"}, {}, {}, {}}); // with a new Delta
    stop_everywhere(lab, {"one key", "here", {"decrypt", "-i", "sealed", "-f", "b"}, {"--overwrite"}, {}, {}, {}});
}
