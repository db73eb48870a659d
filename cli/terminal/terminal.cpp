#include "cli/terminal/terminal.hpp"

#include "crypto/secure_memory.hpp"
#include "crypto/shown_text.hpp"
#include "crypto/text_encoding.hpp"
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <omegasafe/error.hpp>
#include <termios.h>
#include <unistd.h>

namespace omegasafe::cli {

namespace {

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string read_answer(const std::string& prompt, const std::string& flag) {
    if (!interactive())
        throw failure(errc::usage, "There is no terminal to ask on; pass " + flag + ".");
    std::fputs(crypto::shown_line(prompt).c_str(), stderr);
    std::fflush(stderr);
    std::string line;
    if (!std::getline(std::cin, line)) {
        std::fputs("\n", stderr);
        throw failure(errc::aborted, "Operation aborted.");
    }
    return trimmed(line);
}

/// The terminal shows nothing of what is typed while this lives.
class hidden_typing {
public:
    hidden_typing() {
        ::tcgetattr(STDIN_FILENO, &before_);
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~hidden_typing() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    hidden_typing(const hidden_typing&) = delete;
    hidden_typing& operator=(const hidden_typing&) = delete;

private:
    termios before_{};
};

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
    std::string answer;
    {
        const hidden_typing hidden;
        answer = read_answer(question + ": ", flag);
    }
    std::fputs("\n", stderr); // the one that was typed did not show
    secure_bytes secret{std::string_view{answer}};
    crypto::wipe(answer.data(), answer.size());
    return secret;
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
