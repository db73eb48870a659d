#include "tests/support/ecs_server.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace omegasafe::test {

namespace {

constexpr std::chrono::seconds start_time{30};

/// What spawn wants of a list of texts.
std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

} // namespace

std::filesystem::path ecs_binary() {
    return OMEGASAFE_ECS_BINARY;
}

int free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("there is no free port");
    ::close(socket);
    return ntohs(address.sin_port);
}

ecs_server::ecs_server(environment settings) : settings_(std::move(settings)) {
    settings_.emplace("PATH", "/usr/bin:/bin");
    settings_.emplace("OMEGASAFE_ECS_RATE_LIMIT_PER_KEY", "0");
    settings_.emplace("OMEGASAFE_ECS_RATE_LIMIT_PER_ADDRESS", "0");
    const auto made = nlohmann::json::parse(
        administer({"init", "--listen", "127.0.0.1:" + std::to_string(free_port()), "--email", "owner@example.com"})
            .out);
    url_ = made.at("url");
    owner_ = {made.at("email"), made.at("api_key")};
    start();
}

ecs_server::~ecs_server() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

run_result ecs_server::administer(const arguments& args) const {
    run_options options;
    options.program = ecs_binary();
    options.env = settings_;
    auto all = args;
    all.insert(all.end(), {"--data-dir", data().string(), "--json"});
    auto result = run(all, options);
    if (result.exit_code != 0)
        throw std::runtime_error("omegasafe-ecs " + args.front() + ": " + result.describe());
    return result;
}

ecs_user ecs_server::add_user(const std::string& email) const {
    const auto made = nlohmann::json::parse(administer({"user", "add", "--email", email, "--name", email}).out);
    return {made.at("email"), made.at("api_key")};
}

void ecs_server::admit(config_root& root, const ecs_user& user) const {
    root.options.env["SSL_CERT_FILE"] = (data() / "tls" / "certificate.pem").string();
    root.options.env["OMEGASAFE_HTTP_ECS_API_KEY"] = user.api_key;
}

std::string ecs_server::log() const {
    return read_text(folder_ / "log");
}

void ecs_server::start() {
    std::vector<std::string> args{ecs_binary(), "serve", "--data-dir", data().string()};
    std::vector<std::string> env;
    for (const auto& [name, value] : settings_)
        env.push_back(name + "=" + value);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto log_file = (folder_ / "log").string();
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    const int failed =
        ::posix_spawn(&pid_, args.front().c_str(), &actions, nullptr, pointers(args).data(), pointers(env).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0)
        throw std::runtime_error("cannot start " + args.front());
    const auto end = std::chrono::steady_clock::now() + start_time;
    while (log().find("listening on") == std::string::npos) {
        if (std::chrono::steady_clock::now() > end || ::waitpid(pid_, nullptr, WNOHANG) == pid_)
            throw std::runtime_error("omegasafe-ecs does not listen: " + log());
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void ecs_server::stop() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error("omegasafe-ecs did not end well: " + log());
}

} // namespace omegasafe::test
