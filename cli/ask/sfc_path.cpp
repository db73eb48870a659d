#include "cli/ask/sfc_path.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <omegasafe/error.hpp>
#include <sys/stat.h>
#include <system_error>

namespace omegasafe::cli {

namespace fs = std::filesystem;

namespace {

/// Absolute, or nothing: the XDG Base Directory Specification has others ignored.
fs::path folder_in(const char* variable) {
    const char* text = std::getenv(variable);
    fs::path folder{text != nullptr ? text : ""};
    return folder.is_absolute() ? folder : fs::path{};
}

fs::path state_folder() {
    if (const auto state = folder_in("XDG_STATE_HOME"); !state.empty())
        return state / "omegasafe";
    if (const auto home = folder_in("HOME"); !home.empty())
        return home / ".local" / "state" / "omegasafe";
    return fs::current_path();
}

} // namespace

fs::path proposed_sfc_path(const std::function<bool(const fs::path&)>& free) {
    const auto folder = state_folder();
    auto path = folder / "local_claims.sfc";
    for (int number = 2; !free(path); ++number)
        path = folder / ("local_claims_" + std::to_string(number) + ".sfc");
    return path;
}

void make_folders_for(const fs::path& path) {
    fs::path folder;
    for (const auto& part : path.parent_path()) {
        folder /= part;
        if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST && !fs::is_directory(folder))
            throw failure(errc::output_refused, "Cannot create the folder " + folder.string() + ": " +
                                                    std::generic_category().message(errno) + "; give another path.");
    }
}

bool lies_in(const fs::path& path, const fs::path& folder) {
    std::error_code ignored;
    const auto inner = fs::weakly_canonical(path, ignored), outer = fs::weakly_canonical(folder, ignored);
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

} // namespace omegasafe::cli
