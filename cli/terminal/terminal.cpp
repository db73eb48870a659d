#include "cli/terminal/terminal.hpp"

#include "cli/terminal/typing.hpp"
#include "crypto/shown_text.hpp"
#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <omegasafe/error.hpp>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void require_terminal(const std::string& flag) {
    if (!interactive())
        throw failure(errc::usage, "There is no terminal to ask on; pass " + flag + ".");
}

secure_bytes typed_line() {
    if (auto line = read_typed_line())
        return std::move(*line);
    std::fputs("\n", stderr);
    throw failure(errc::aborted, "Operation aborted.");
}

std::string read_answer(const std::string& prompt, const std::string& flag) {
    require_terminal(flag);
    std::fputs(crypto::shown_line(prompt).c_str(), stderr);
    std::fflush(stderr);
    return trimmed(std::string{typed_line().text()});
}

} // namespace

bool interactive() {
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

std::string ask_line(const std::string& question, const std::string& flag, const answer_check& check,
    const std::optional<std::string>& fallback) {
    const auto prompt = question + (fallback ? " [" + *fallback + "]: " : ": ");
    for (;;) {
        auto answer = read_answer(prompt, flag);
        if (answer.empty() && fallback)
            answer = *fallback;
        const auto problem = check ? check(answer) : std::nullopt;
        if (!problem)
            return answer;
        show_guidance(*problem);
    }
}

secure_bytes ask_secret(const std::string& question, const std::string& flag) {
    require_terminal(flag);
    const hidden_typing hidden{crypto::shown_line(question + ": ")};
    return typed_line();
}

bool ask_yes_no(const std::string& question, bool by_default, const std::string& flag) {
    for (;;) {
        const auto prompt = question + (by_default ? " [Y/n]: " : " [y/N]: ");
        const auto answer = crypto::lower_case(read_answer(prompt, flag));
        if (answer.empty())
            return by_default;
        static constexpr std::array yes{"y", "yes", "true", "on", "1"};
        static constexpr std::array no{"n", "no", "false", "off", "0"};
        if (std::ranges::find(yes, answer) != yes.end())
            return true;
        if (std::ranges::find(no, answer) != no.end())
            return false;
        show_guidance("Please answer y or n.");
    }
}

void show_guidance(const std::string& line) {
    std::fputs((crypto::shown_lines(line) + "\n").c_str(), stderr);
}

} // namespace omegasafe::cli
