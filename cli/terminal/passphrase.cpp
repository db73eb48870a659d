#include "cli/terminal/passphrase.hpp"

#include "cli/terminal/terminal.hpp"
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

constexpr std::size_t shortest = 8;
constexpr std::size_t largest_file = 4096;
constexpr const char* variable = "OMEGASAFE_KEY_PASSPHRASE";
constexpr const char* too_short = "A passphrase has at least 8 characters.";
constexpr const char* ways = "--passphrase-file or OMEGASAFE_KEY_PASSPHRASE";

class open_file {
public:
    explicit open_file(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {} // a pipe must not keep us waiting
    ~open_file() {
        if (descriptor_ >= 0)
            ::close(descriptor_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// The first line, which never leaves locked memory.
secure_bytes from_file(const std::string& path) {
    const open_file file(path);
    struct stat status {};
    if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > static_cast<off_t>(largest_file))
        throw failure(errc::input_unreadable, "Cannot read the passphrase file " + path + "; name a file of at most " +
                                                  std::to_string(largest_file) + " bytes that you may read.");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw failure(errc::usage, "Others can read the passphrase file " + path + "; run 'chmod 600 " + path + "'.");
    secure_bytes content(largest_file);
    const auto size = ::pread(file.descriptor(), content.data(), content.size(), 0);
    if (size < 0)
        throw failure(errc::input_unreadable, "Cannot read the passphrase file " + path + "; name another file.");
    const auto text = content.text().substr(0, static_cast<std::size_t>(size));
    return secure_bytes{text.substr(0, text.find_first_of("\r\n"))};
}

/// From file or environment; nothing when neither is given.
std::optional<secure_bytes> given(const std::string& file) {
    if (!file.empty())
        return from_file(file);
    if (const char* text = std::getenv(variable))
        return secure_bytes{std::string_view{text}};
    return std::nullopt;
}

secret_ptr shared(secure_bytes&& secret) {
    return std::make_shared<const secure_bytes>(std::move(secret));
}

} // namespace

void add_passphrase_option(CLI::App& command, std::string& file) {
    command.add_option("--passphrase-file", file,
        "File with the exported key's passphrase (else\nOMEGASAFE_KEY_PASSPHRASE, else asked)");
}

secret_ptr passphrase_for_export(const std::string& file) {
    if (auto known = given(file)) {
        if (known->size() < shortest)
            throw failure(errc::usage, too_short);
        return shared(std::move(*known));
    }
    if (!interactive())
        return nullptr;
    for (;;) {
        auto first = ask_secret("Passphrase for the exported key (empty for none)", ways);
        if (first.empty())
            return nullptr;
        if (first.size() < shortest)
            show_guidance(too_short);
        else if (first.text() == ask_secret("The same again", ways).text())
            return shared(std::move(first));
        else
            show_guidance("The two differ.");
    }
}

secure_bytes passphrase_for_import(const std::string& file) {
    if (auto known = given(file))
        return std::move(*known);
    return ask_secret("Passphrase of the exported key", ways);
}

void refuse_existing_output(const std::string& path, const std::string& flag) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0)
        throw failure(errc::output_refused, path + " exists already; choose another " + flag + ".");
}

} // namespace omegasafe::cli
