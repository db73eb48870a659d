#include "cli/ask/http_entry.hpp"

#include "cli/terminal/terminal.hpp"
#include <omegasafe/config.hpp>

namespace omegasafe::cli {

namespace {

std::string ecs_url_of(const http_ecs_flags& flags, const http_ecs_flag_names& names) {
    if (flags.url.empty())
        return ask_line("URL (host[:port][/base])", names.url, ecs_url_problem);
    if (const auto problem = ecs_url_problem(flags.url))
        throw failure(errc::usage, names.url + ": " + *problem);
    return flags.url;
}

std::string ecs_name_of(const http_ecs_flags& flags, const http_ecs_flag_names& names) {
    if (!flags.name)
        return ask_line("ECS name", names.name, name_problem);
    if (const auto problem = name_problem(*flags.name))
        throw failure(errc::usage, names.name + ": " + *problem);
    return *flags.name;
}

} // namespace

secret_ptr given_secret(const std::string& value, const std::string& flag, const char* variable,
    std::optional<std::string> (*problem)(std::string_view)) {
    const bool by_flag = !value.empty();
    auto secret = by_flag ? std::optional{secure_bytes{std::string_view{value}}} : secret_from_environment(variable);
    if (!secret)
        return nullptr;
    if (const auto reason = problem(secret->text()))
        throw failure(errc::usage, (by_flag ? flag : std::string{variable}) + ": " + *reason);
    return std::make_shared<const secure_bytes>(std::move(*secret));
}

secret_ptr ask_for_secret(const std::string& question, const std::string& flag,
    std::optional<std::string> (*problem)(std::string_view), bool may_be_empty) {
    for (;;) {
        auto answer = ask_secret(question, flag);
        if (answer.empty() && may_be_empty)
            return nullptr;
        const auto reason = problem(answer.text());
        if (!reason)
            return std::make_shared<const secure_bytes>(std::move(answer));
        show_guidance(*reason);
    }
}

std::string as_sentence(const failure& problem) {
    const std::string words = problem.what();
    return words.ends_with('.') || words.ends_with('?') || words.ends_with('!') ? words : words + ".";
}

new_http_ecs choose_http_ecs(const http_ecs_flags& flags, const http_ecs_flag_names& names) {
    new_http_ecs wanted;
    wanted.api_key = given_secret(flags.api_key, names.api_key, api_key_variable, api_key_problem);
    wanted.name = ecs_name_of(flags, names);
    wanted.url = ecs_url_of(flags, names);
    const bool asked = !flags.name || flags.url.empty() || !wanted.api_key;
    if (!wanted.api_key)
        wanted.api_key =
            ask_for_secret("API key (not shown)", names.api_key + " or " + api_key_variable, api_key_problem);
    wanted.development_mode = flags.development_mode;
    if (asked && !flags.development_mode)
        wanted.development_mode =
            ask_yes_no("Development mode: skip the check of the server's certificate?", false, "--dev-mode");
    return wanted;
}

} // namespace omegasafe::cli
