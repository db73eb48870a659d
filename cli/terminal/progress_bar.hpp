// The progress line of encrypt, decrypt and verify: on a terminal only, on stderr.
#pragma once

#include <omegasafe/files.hpp>
#include <string>

namespace omegasafe::cli {

/// Draws the line while it lives, and clears it then; does nothing when stderr is no terminal.
class progress_bar {
public:
    explicit progress_bar(std::string label);
    ~progress_bar();
    progress_bar(const progress_bar&) = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    /// For one long call, which must return before this goes.
    watch watching() const;

private:
    void draw(const progress& now) const;

    std::string label_;
    bool shown_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// "label  45%  1.2 GB/s  120 of 1,000 files  0:12 left", the files for trees only; `seconds` since the start, greater
/// than 0.
std::string progress_line(const std::string& label, const progress& now, double seconds);

} // namespace omegasafe::cli
