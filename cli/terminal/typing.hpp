// What is typed: read past stdio, so that no buffer keeps it, and a terminal that shows again what is typed, however
// the program ends.
#pragma once

#include <omegasafe/secret.hpp>
#include <optional>
#include <string>

namespace omegasafe::cli {

/// A line of the terminal without its line end and otherwise as it was typed. Nothing at the end of input.
/// failure(usage) when it is longer than a terminal's lines are.
std::optional<secure_bytes> read_typed_line();

/// Shows a question; the terminal shows nothing of what is typed while this lives. One at a time.
class hidden_typing {
public:
    explicit hidden_typing(const std::string& question);
    ~hidden_typing();
    hidden_typing(const hidden_typing&) = delete;
    hidden_typing& operator=(const hidden_typing&) = delete;
};

/// For the thread that ends the program: the terminal shows what is typed from now on, and nothing hides it again.
void show_typing_for_good() noexcept;

/// For the thread that got SIGTSTP: stops the process as the signal would. The terminal shows what is typed meanwhile,
/// and afterwards hides it again if it did, with the question shown anew.
void stop_until_continued() noexcept;

} // namespace omegasafe::cli
