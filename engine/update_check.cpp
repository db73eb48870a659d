// Whether a newer version is out, as an HTTP ECS says; asked at most once a day.
#include "engine/update_check.hpp"
#include "engine/context.hpp"
#include "messages/log.hpp"
#include "storage/config/config_file.hpp"
#include "storage/config/config_root_files.hpp"
#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace omegasafe {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::hours check_interval{24};

/// The file's time is that of the last check; one in the future (the clock was set back) counts as long ago.
bool check_is_due(const fs::path& file) {
    std::error_code absent;
    const auto last = fs::last_write_time(file, absent);
    if (absent)
        return false;
    const auto age = fs::file_time_type::clock::now() - last;
    return age >= check_interval || age < std::chrono::seconds{0};
}

/// The default ECS when it is an HTTP ECS, else the first HTTP ECS; nothing when there is none.
std::optional<ecs_entry> update_source(const std::vector<ecs_entry>& entries, const std::string& default_uuid) {
    const auto http = [](const ecs_entry& e) { return e.type == ecs_type::http; };
    const auto preferred = std::ranges::find_if(
        entries, [&](const ecs_entry& e) { return http(e) && to_string(e.ecs_uuid) == default_uuid; });
    const auto chosen = preferred != entries.end() ? preferred : std::ranges::find_if(entries, http);
    return chosen == entries.end() ? std::nullopt : std::optional{*chosen};
}

/// "1.12.0" to 1, 12, 0; nothing when it is anything else.
std::optional<std::vector<unsigned>> version_numbers(const std::string& text) {
    std::vector<unsigned> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (;;) {
        unsigned number = 0;
        const auto [behind, error] = std::from_chars(at, end, number);
        if (error != std::errc{})
            return std::nullopt;
        numbers.push_back(number);
        if (behind == end)
            return numbers;
        if (*behind != '.')
            return std::nullopt;
        at = behind + 1;
    }
}

/// What an HTTP ECS gives out; nothing when it is not to be asked now.
std::optional<std::string> latest_version(engine::context& context) {
    const auto file = context.root() / storage::update_check_file_name;
    if (!check_is_due(file))
        return std::nullopt;
    const auto now = context.ask<settings_ptr>(context.actors().config, get_settings{});
    const auto& settings = *now;
    if (!settings.update_check || settings.offline_mode)
        return std::nullopt;
    const auto source = update_source(context.configured_ecs(), settings.ecs_uuid_default);
    if (!source)
        return std::nullopt;
    fs::last_write_time(
        file, fs::file_time_type::clock::now()); // before asking: a server that is away costs once a day
    return context.ask<std::string>(context.connect_account(source->ecs_uuid), get_latest_version{});
}

} // namespace

void engine::enable_update_check(const fs::path& root) {
    const auto file = root / storage::update_check_file_name;
    const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return; // it is there already; or it cannot be, and then there are no checks
    const timespec long_ago[2] = {{0, 0}, {0, 0}};
    ::futimens(descriptor, long_ago);
    ::close(descriptor);
}

bool engine::newer_version(const std::string& offered, const std::string& current) {
    const auto theirs = version_numbers(offered), ours = version_numbers(current);
    return theirs && ours && *theirs > *ours;
}

std::optional<std::string> client::newer_version() noexcept {
    try {
        auto latest = latest_version(*context_);
        if (latest && engine::newer_version(*latest, OMEGASAFE_VERSION))
            return latest;
    } catch (const std::exception& problem) {
        log::debug("No update check: {}", problem.what());
    }
    return std::nullopt;
}

} // namespace omegasafe
