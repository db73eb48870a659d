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

/// Asks until `problem` has nothing to say; an empty answer is nothing.
secret_ptr ask_twice(
    const std::string& question, const char* instead, std::optional<std::string> (*problem)(std::string_view)) {
    for (;;) {
        auto first = ask_secret(question, instead);
        if (first.empty())
            return nullptr;
        if (const auto wrong = problem(first.text()))
            show_guidance(*wrong);
        else if (first.text() == ask_secret("The same again", instead).text())
            return shared(std::move(first));
        else
            show_guidance("The two differ.");
    }
}

std::optional<std::string> passphrase_problem(std::string_view passphrase) {
    return passphrase.size() < shortest ? std::optional<std::string>{too_short} : std::nullopt;
}

} // namespace

CLI::Option* add_passphrase_option(CLI::App& command, std::string& file) {
    return command.add_option("--passphrase-file", file,
        "File with the exported key's passphrase (else\nOMEGASAFE_KEY_PASSPHRASE, else asked)");
}

secret_ptr passphrase_for_export(const std::string& file) {
    if (auto known = given(file)) {
        if (const auto wrong = passphrase_problem(known->text()))
            throw failure(errc::usage, *wrong);
        return shared(std::move(*known));
    }
    if (!interactive())
        return nullptr;
    if (auto typed = ask_twice("Passphrase for the exported key (Enter makes a strong one)", ways, passphrase_problem))
        return typed;
    auto made = shared(generate_password());
    show_guidance("The passphrase, which is shown this once: " + std::string{made->text()});
    return made;
}

secret_ptr chosen_layer_password(const std::string& file) {
    if (!file.empty())
        return shared(secret_from_file(file, "--layer-password-file"));
    auto typed = ask_twice(
        "Layer password of the key (Enter makes a strong one)", "--layer-password-file", layer_password_problem);
    return typed ? typed : shared(generate_layer_password());
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
