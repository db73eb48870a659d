// --help of every command lists every flag of the reference, and --version works.
#include "tests/e2e/e2e_support.hpp"

#include <sstream>

using namespace omegasafe::test;

namespace {

struct command_flags {
    const char* name;
    std::vector<const char*> flags; // as the help writes them: "TEXT" takes a value, "REQUIRED" must be there
};

/// The reference's tables; -d, -h, -j and -l belong to every command and are not repeated.
const std::vector<command_flags> commands{
    {"init", {"-c,--create-http-ecs", "-k,--http-ecs-api-key TEXT", "-v,--http-ecs-dev-mode", "-n,--http-ecs-name TEXT",
                 "-u,--http-ecs-url TEXT", "-p,--new-password", "-x,--no-override", "-o,--override-existing",
                 "-r,--reuse-password", "-s,--skip-http-ecs"}},
    {"encrypt", {"-f,--file-name-override TEXT", "-i,--input-file TEXT REQUIRED", "-k,--key-uuid TEXT REQUIRED",
                    "-t,--max-threads TEXT", "-o,--output-dir TEXT", "--overwrite"}},
    {"decrypt", {"-f,--file-name-override TEXT", "-i,--input-file TEXT REQUIRED", "-t,--max-threads TEXT",
                    "-o,--output-dir TEXT", "--overwrite"}},
    {"verify", {"-i,--input-file TEXT REQUIRED", "-t,--max-threads TEXT"}},
    {"inspect", {"-i,--input-file TEXT REQUIRED"}},
    {"speed", {}},
    {"set-config", {"-f,--cache-offline-key-capacity-gb TEXT", "-p,--cache-performance-key-capacity-gb TEXT",
                       "-c,--clear-ecs-uuid-default", "-e,--ecs-uuid-default TEXT", "-o,--offline-mode TEXT",
                       "-t,--traditional-enc-layer-pass TEXT", "-u,--update-check TEXT"}},
    {"erase-all", {"-f,--force"}},
    {"create-key", {"-e,--ecs-uuid TEXT", "-k,--key-name TEXT", "-w,--max-workers TEXT", "-n,--nucleus-size-mb TEXT",
                       "-c,--number-of-rotors TEXT", "-r,--rotor-size-mb TEXT", "-s,--storage-uuid TEXT"}},
    {"list-keys", {}},
    {"view-key", {"-k,--key-uuid TEXT REQUIRED"}},
    {"edit-key", {"-f,--force", "-n,--key-name TEXT", "-k,--key-uuid TEXT REQUIRED", "-v,--omegasafe-version TEXT",
                     "-s,--storage-uuid TEXT"}},
    {"delete-key", {"-f,--force", "-k,--key-uuid TEXT REQUIRED"}},
    {"export-key", {"-k,--key-uuid TEXT REQUIRED", "-o,--output-path TEXT REQUIRED", "--passphrase-file TEXT"}},
    {"import-key", {"-e,--ecs-uuid TEXT REQUIRED", "-i,--input-file TEXT REQUIRED", "--passphrase-file TEXT"}},
    {"import-key-delta", {"-f,--force", "-i,--input-file TEXT REQUIRED"}},
    {"pull-missing-deltas", {"-k,--key-uuid TEXT REQUIRED"}},
    {"key-storage-limits", {"-k,--key-uuid TEXT REQUIRED"}},
    {"list-ecs", {}},
    {"create-http-ecs", {"-k,--api-key TEXT", "-u,--api-url TEXT", "-v,--dev-mode", "-n,--ecs-name TEXT"}},
    {"create-sfc-ecs", {"-y,--confirm-sfc-ecs", "-n,--ecs-name TEXT", "-x,--no-confirm-sfc-ecs", "-p,--sfc-path TEXT"}},
    {"edit-ecs", {"-e,--ecs-uuid TEXT REQUIRED", "-K,--keep-api-key", "-U,--keep-api-url", "-N,--keep-name",
                     "-P,--keep-path", "-m,--move-file", "-u,--new-api-url TEXT", "-n,--new-name TEXT",
                     "-p,--new-path TEXT", "--no-dev-mode", "-x,--no-move-file", "-k,--update-api-key TEXT"}},
    {"export-ecs", {"-e,--ecs-uuid TEXT REQUIRED", "-o,--output-path TEXT REQUIRED"}},
    {"import-ecs", {"-i,--input-file TEXT REQUIRED"}},
    {"list-ecs-storages", {"-e,--ecs-uuid TEXT REQUIRED"}},
    {"view-ecs-storage", {"-e,--ecs-uuid TEXT REQUIRED", "-s,--storage-uuid TEXT REQUIRED"}},
    {"create-ecs-storage", {"-a,--access-key-id TEXT", "-b,--bucket-name TEXT", "-e,--ecs-uuid TEXT REQUIRED",
                               "-u,--endpoint-url TEXT", "-p,--provider TEXT", "-r,--region TEXT",
                               "-m,--remote-path TEXT", "-k,--secret-access-key TEXT", "-n,--storage-name TEXT"}},
    {"edit-ecs-storage", {"-a,--access-key-id TEXT", "-b,--bucket-name TEXT", "-e,--ecs-uuid TEXT REQUIRED",
                             "-u,--endpoint-url TEXT", "-x,--keep-credentials", "-p,--provider TEXT",
                             "-r,--region TEXT", "-m,--remote-path TEXT", "-k,--secret-access-key TEXT",
                             "-n,--storage-name TEXT", "-s,--storage-uuid TEXT REQUIRED", "-y,--update-credentials"}},
    {"delete-ecs-storage", {"-e,--ecs-uuid TEXT REQUIRED", "-f,--force", "-s,--storage-uuid TEXT REQUIRED"}},
    {"share-key", {"-k,--key-uuid TEXT REQUIRED", "-m,--email TEXT REQUIRED", "-r,--role TEXT"}},
    {"list-invites", {"-e,--ecs-uuid TEXT", "-k,--key-uuid TEXT"}},
    {"accept-invite", {"-e,--ecs-uuid TEXT", "-i,--invite-uuid TEXT REQUIRED", "--decline"}},
    {"revoke-share", {"-k,--key-uuid TEXT REQUIRED", "-m,--email TEXT REQUIRED", "-f,--force"}},
    {"fast-forward-claim", {"-c,--claim-size TEXT REQUIRED", "-f,--force", "-k,--key-uuid TEXT REQUIRED"}},
};

void require_80_columns(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 80);
    }
}

} // namespace

TEST_CASE("help lists every flag of the reference, long and short, within 80 columns") {
    const auto overview = run({"--help"});
    require_80_columns(overview.out);
    for (const auto& [name, flags] : commands) {
        const auto help = run({name, "--help"});
        INFO(help.describe());
        CHECK(help.exit_code == 0);
        CHECK(help.err.empty());
        CHECK(overview.out.find("\n  " + std::string{name} + " ") != std::string::npos);
        for (const auto* flag : {"-h,--help", "-d,--config-dir TEXT", "-j,--json", "-l,--log-level TEXT"})
            CHECK(help.out.find("\n  " + std::string{flag} + " ") != std::string::npos);
        for (const std::string flag : flags) {
            INFO(name << " " << flag);
            const auto at = help.out.find("\n  " + flag);
            REQUIRE(at != std::string::npos);
            // What stands behind says no more of the value than the table does.
            const auto rest = help.out.substr(at + 3 + flag.size(), 10);
            CHECK(rest.front() <= ' ');
            CHECK(rest.rfind(" TEXT", 0) == std::string::npos);
            CHECK(rest.rfind(" REQUIRED", 0) == std::string::npos);
        }
        require_80_columns(help.out);
    }
}

TEST_CASE("version and a command line without a command") {
    REQUIRE(run({"-V"}).out == run({"--version"}).out);
    REQUIRE(run({"-V"}).out.rfind("omegasafe ", 0) == 0);
    const auto nothing = run({});
    REQUIRE(nothing.exit_code == 2);
    REQUIRE(nothing.err.find("--help") != std::string::npos);
    const auto unknown = run({"no-such-command"});
    REQUIRE(unknown.exit_code == 2);
    REQUIRE(unknown.err.find("There is no command 'no-such-command'") != std::string::npos);
}
