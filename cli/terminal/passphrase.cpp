#include "cli/terminal/passphrase.hpp"

#include "cli/terminal/terminal.hpp"
#include <omegasafe/config.hpp>
#include <sys/stat.h>

namespace omegasafe::cli {

namespace {

constexpr std::size_t shortest = 8;
constexpr const char* variable = "OMEGASAFE_KEY_PASSPHRASE";
constexpr const char* too_short = "A passphrase has at least 8 characters.";
constexpr const char* ways = "--passphrase-file or OMEGASAFE_KEY_PASSPHRASE";

/// From file or environment; nothing when neither is given.
std::optional<secure_bytes> given(const std::string& file) {
    return file.empty() ? secret_from_environment(variable) : secret_from_file(file, "--passphrase-file");
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
