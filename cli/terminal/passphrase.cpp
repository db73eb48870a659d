#include "cli/terminal/passphrase.hpp"

#include "cli/terminal/terminal.hpp"
#include "storage/files/atomic_file.hpp"
#include <cstdlib>
#include <sys/stat.h>

namespace omegasafe::cli {

namespace {

constexpr std::size_t shortest = 8;
constexpr std::uint64_t largest_file = 4096;
constexpr const char* variable = "OMEGASAFE_KEY_PASSPHRASE";
constexpr const char* too_short = "A passphrase has at least 8 characters.";
constexpr const char* ways = "--passphrase-file or OMEGASAFE_KEY_PASSPHRASE";

crypto::secure_bytes from_file(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw failure(errc::usage, "Others can read the passphrase file " + path + "; run 'chmod 600 " + path + "'.");
    auto bytes = storage::read_file(path, largest_file);
    const auto end = std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t c) { return c == '\n' || c == '\r'; });
    crypto::secure_bytes line{{bytes.data(), static_cast<std::size_t>(end - bytes.begin())}};
    crypto::wipe(bytes.data(), bytes.size());
    return line;
}

/// From file or environment; nothing when neither is given.
std::optional<crypto::secure_bytes> given(const std::string& file) {
    if (!file.empty())
        return from_file(file);
    if (const char* text = std::getenv(variable))
        return crypto::secure_bytes{std::string_view{text}};
    return std::nullopt;
}

storage::sfc_password_ptr password_of(const crypto::secure_bytes& text) {
    return std::make_shared<storage::sfc_password>(text.text());
}

} // namespace

void add_passphrase_option(CLI::App& command, std::string& file) {
    command.add_option("--passphrase-file", file,
        "File with the exported key's passphrase (else\nOMEGASAFE_KEY_PASSPHRASE, else asked)");
}

storage::sfc_password_ptr passphrase_for_export(const std::string& file) {
    if (const auto known = given(file)) {
        if (known->size() < shortest)
            throw failure(errc::usage, too_short);
        return password_of(*known);
    }
    if (!interactive())
        return nullptr;
    for (;;) {
        const auto first = ask_secret("Passphrase for the exported key (empty for none)", ways);
        if (first.empty())
            return nullptr;
        if (first.size() < shortest)
            show_guidance(too_short);
        else if (first.text() == ask_secret("The same again", ways).text())
            return password_of(first);
        else
            show_guidance("The two differ.");
    }
}

storage::sfc_password_ptr passphrase_for_import(const std::string& file) {
    if (const auto known = given(file))
        return password_of(*known);
    return password_of(ask_secret("Passphrase of the exported key", ways));
}

void refuse_existing_output(const std::string& path, const std::string& flag) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0)
        throw failure(errc::output_refused, path + " exists already; choose another " + flag + ".");
}

} // namespace omegasafe::cli
