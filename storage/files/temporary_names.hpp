// The names of files that are not to stay, so that whatever ends the program takes them away.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace omegasafe::storage {

inline constexpr const char* temporary_prefix = ".omegasafe-tmp-";

/// The prefix, the mark of this machine (8 digits) and 24 random digits.
std::string random_temporary_name();

/// Whether a name is one that random_temporary_name() gives on this machine: of another machine that shares the folder
/// nobody here can tell whether the writer lives.
bool is_random_temporary_name(std::string_view name);

/// Temporary names this process holds. Names are made, given up and removed under one mutex, so that a signal finds
/// every one of them and none appears behind its back.
class temporary_names {
public:
    /// Never destroyed: a signal may come while static objects die.
    static temporary_names& instance();

    /// Calls `create`, which makes the name and returns a negative number on failure, and remembers the name. Throws
    /// failure(aborted) when remove_all was called.
    template <typename Create>
    int make(int folder, const std::string& name, Create create) {
        const std::lock_guard lock(mutex_);
        refuse_when_closed();
        names_.emplace_back(folder, name);
        const int result = create();
        if (result < 0)
            names_.pop_back();
        return result;
    }
    /// For names that are there for a moment only: none of the others is removed meanwhile. Throws failure(aborted).
    template <typename Action>
    int undisturbed(Action action) {
        const std::lock_guard lock(mutex_);
        refuse_when_closed();
        return action();
    }
    void forget(int folder, const std::string& name);
    void remove_all();

private:
    void refuse_when_closed() const;

    std::mutex mutex_;
    bool closed_ = false;
    std::vector<std::pair<int, std::string>> names_;
};

} // namespace omegasafe::storage
