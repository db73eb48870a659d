#include "storage/config/secret_source.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using test::scoped_variable;

namespace {

constexpr const char* name = "OMEGASAFE_TEST_SECRET";

/// The three variables of one secret, unset.
struct secret_variables {
    test::temp_dir folder;
    scoped_variable value{name, std::nullopt};
    scoped_variable file{std::string(name) + "_FILE", std::nullopt};
    scoped_variable command{std::string(name) + "_COMMAND", std::nullopt};

    std::string written(const std::string& text) const {
        const auto path = (folder / "secret").string();
        test::write_text(path, text);
        std::filesystem::permissions(path, std::filesystem::perms(0600));
        return path;
    }
};

std::optional<std::string> found(secret_commands commands = secret_commands::run) {
    const auto secret = secret_from_environment(name, commands);
    return secret ? std::optional{std::string{secret->text()}} : std::nullopt;
}

errc refusal() {
    try {
        found();
        return errc::none;
    } catch (const failure& problem) {
        CHECK(std::string{problem.what()}.find("s3cret") == std::string::npos);
        return problem.code();
    }
}

/// A path that gives these bytes once, as a shell makes one for <(command).
class pipe_of {
public:
    explicit pipe_of(std::string_view text) {
        REQUIRE(::pipe(ends_.data()) == 0);
        REQUIRE(::write(ends_[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(ends_[1]);
    }
    ~pipe_of() { ::close(ends_[0]); }
    pipe_of(const pipe_of&) = delete;
    pipe_of& operator=(const pipe_of&) = delete;
    std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }

private:
    std::array<int, 2> ends_{};
};

} // namespace

TEST_CASE_METHOD(secret_variables, "a secret is in its variable, else in a file, else printed by a command") {
    CHECK_FALSE(found());
    const scoped_variable printed(std::string(name) + "_COMMAND", "echo ' by command '");
    CHECK(found() == " by command ");
    CHECK_FALSE(found(secret_commands::ignored));
    const scoped_variable in_file(std::string(name) + "_FILE", written("in a file\n"));
    CHECK(found() == "in a file");
    const scoped_variable itself(name, " itself\t");
    CHECK(found() == " itself\t");
}

TEST_CASE_METHOD(secret_variables, "an empty variable of a secret is not set") {
    const scoped_variable itself(name, "");
    const scoped_variable in_file(std::string(name) + "_FILE", "");
    const scoped_variable printed(std::string(name) + "_COMMAND", "");
    CHECK_FALSE(found());
}

TEST_CASE_METHOD(secret_variables, "a pipe is a file of a secret, also for the second who asks") {
    const pipe_of pipe("s3cret through a pipe\n");
    const scoped_variable in_file(std::string(name) + "_FILE", pipe.path());
    CHECK(found() == "s3cret through a pipe");
    CHECK(found() == "s3cret through a pipe");
}

TEST_CASE_METHOD(secret_variables, "the command of a secret runs once") {
    const auto trace = (folder / "trace").string();
    const scoped_variable printed(std::string(name) + "_COMMAND", "echo x >> " + trace + "; echo s3cret");
    CHECK(found() == "s3cret");
    CHECK(found() == "s3cret");
    CHECK(std::filesystem::file_size(trace) == 2);
}

TEST_CASE_METHOD(secret_variables, "a file or command that gives no secret is refused, and nothing of it repeated") {
    {
        const scoped_variable in_file(std::string(name) + "_FILE", written("\n"));
        CHECK(refusal() == errc::input_unreadable);
    }
    {
        const scoped_variable in_file(std::string(name) + "_FILE", written("s3cret" + std::string(4096, 'x')));
        CHECK(refusal() == errc::input_unreadable);
    }
    for (const auto* path : {"/nonexistent/secret", "/", "/dev/zero"}) {
        const scoped_variable in_file(std::string(name) + "_FILE", path);
        CHECK(refusal() == errc::input_unreadable);
    }
    {
        const auto path = written("s3cret");
        std::filesystem::permissions(path, std::filesystem::perms(0640));
        const scoped_variable in_file(std::string(name) + "_FILE", path);
        CHECK(refusal() == errc::usage);
    }
    for (const auto* printing : {"true", "echo s3cret; exit 3", "kill -9 $$", "yes s3cret"}) {
        const scoped_variable printed(std::string(name) + "_COMMAND", printing);
        CHECK(refusal() == errc::input_unreadable);
    }
}
