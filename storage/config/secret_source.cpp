#include "storage/config/secret_source.hpp"

#include "storage/config/environment.hpp"
#include "storage/files/descriptor.hpp"
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace omegasafe::storage {

namespace {

using crypto::secure_bytes;

constexpr std::size_t largest = 4096;

/// All that comes, one byte more than is allowed at most; nothing (errno says why) when reading fails.
std::optional<secure_bytes> read_all(int file) {
    secure_bytes buffer(largest + 1);
    std::size_t size = 0;
    while (size < buffer.size()) {
        const ssize_t count = ::read(file, buffer.data() + size, buffer.size() - size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return std::nullopt;
        if (count == 0)
            break;
        size += static_cast<std::size_t>(count);
    }
    return secure_bytes{buffer.text().substr(0, size)};
}

/// `what` names the source in a sentence.
secure_bytes without_line_end(const secure_bytes& content, const std::string& what, errc code) {
    auto text = content.text();
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.empty())
        throw failure(code, what + " is empty; put the secret into it, or unset what names it.");
    if (text.size() > largest)
        throw failure(code, what + " holds more than " + std::to_string(largest) + " bytes; a secret is shorter.");
    return secure_bytes{text};
}

/// Gives the same bytes again for what can be read only once. `key` tells one source from another.
template <class Read>
secure_bytes read_once(const std::string& key, Read read) {
    static std::mutex mutex;
    static auto& known = *new std::map<std::string, secure_bytes>; // never destroyed: somebody may ask at the end
    const std::scoped_lock lock(mutex);
    auto found = known.find(key);
    if (found == known.end())
        found = known.emplace(key, read()).first;
    return secure_bytes{found->second.span()};
}

/// A shell that prints to a pipe. Signals are as a shell expects them, whatever this process does with them.
class shell {
public:
    explicit shell(const std::string& command) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            return;
        output_ = descriptor(ends[0]);
        const descriptor write_end(ends[1]);
        posix_spawn_file_actions_t files;
        posix_spawnattr_t signals;
        ::posix_spawn_file_actions_init(&files);
        ::posix_spawn_file_actions_adddup2(&files, write_end.get(), STDOUT_FILENO);
        ::posix_spawnattr_init(&signals);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&signals, &none);
        ::posix_spawnattr_setsigdefault(&signals, &all);
        ::posix_spawnattr_setflags(&signals, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        std::array<std::string, 3> words{"sh", "-c", command};
        const std::array<char*, 4> arguments{words[0].data(), words[1].data(), words[2].data(), nullptr};
        if (::posix_spawn(&pid_, "/bin/sh", &files, &signals, arguments.data(), environ) != 0)
            pid_ = -1;
        ::posix_spawnattr_destroy(&signals);
        ::posix_spawn_file_actions_destroy(&files);
    }

    std::optional<secure_bytes> output() const { return pid_ > 0 ? read_all(output_.get()) : std::nullopt; }
    /// Waits for the end; true when it was a good one.
    bool succeeded() {
        output_ = {}; // one that prints too much ends by SIGPIPE
        int status = -1;
        while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        return pid_ > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

private:
    descriptor output_;
    pid_t pid_ = -1;
};

secure_bytes secret_from_command(const std::string& command, const std::string& name, errc code) {
    const std::string what = "The command in " + name;
    shell running(command);
    const auto output = running.output();
    if (!running.succeeded() || !output)
        throw failure(code, what + " failed; run it in a shell to see why.");
    return without_line_end(*output, "What the command in " + name + " printed", code);
}

} // namespace

secure_bytes secret_from_file(const std::string& path, const std::string& origin, secret_errors errors) {
    const std::string what = "The file " + path + " (" + origin + ")";
    const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file)
        throw failure(errors.unreadable, what + " cannot be read: " + std::strerror(errno) + ".");
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)))
        throw failure(errors.unreadable, what + " is not a file that holds a secret; name another.");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw failure(errors.unsafe, what + " can be read by others; run 'chmod 600 " + path + "'.");
    const auto read = [&] {
        const auto content = read_all(file.get());
        if (!content)
            throw failure(errors.unreadable, what + " cannot be read: " + std::strerror(errno) + ".");
        return without_line_end(*content, what, errors.unreadable);
    };
    if (S_ISREG(status.st_mode))
        return read();
    return read_once("pipe " + std::to_string(status.st_dev) + " " + std::to_string(status.st_ino), read);
}

std::optional<secure_bytes> secret_from_environment(
    const std::string& name, secret_commands commands, secret_errors errors) {
    if (const auto value = environment_value(name); !value.empty())
        return secure_bytes{value};
    if (const auto path = environment_value(name + "_FILE"); !path.empty())
        return secret_from_file(std::string{path}, name + "_FILE", errors);
    if (commands == secret_commands::ignored)
        return std::nullopt;
    const std::string command{environment_value(name + "_COMMAND")};
    if (command.empty())
        return std::nullopt;
    return read_once(
        "command " + command, [&] { return secret_from_command(command, name + "_COMMAND", errors.unreadable); });
}

} // namespace omegasafe::storage
