// Any text is read as a config.ini or refused; a change of a valid one is read back and touches nothing else.
#include "storage/config/config_file.hpp"
#include <omegasafe/error.hpp>

#include <cstdlib>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

void require(bool condition) {
    if (!condition)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    settings before;
    try {
        before = parse_settings("/root", text);
    } catch (const failure& error) {
        require(error.code() == errc::config_invalid);
        return 0;
    }
    const std::string changed = with_property(text, "CACHE_OFFLINE_KEY_CAPACITY_GB", "7.25");
    const settings after = parse_settings("/root", changed);
    require(after.cache_offline_bytes == 7'250'000'000);
    require(after.offline_mode == before.offline_mode);
    require(after.update_check == before.update_check);
    require(after.keys_path == before.keys_path);
    require(after.ecs_uuid_default == before.ecs_uuid_default);
    require(after.cache_performance_bytes == before.cache_performance_bytes);
    require(after.traditional_layer_password.text() == before.traditional_layer_password.text());
    require(with_property(changed, "CACHE_OFFLINE_KEY_CAPACITY_GB", "7.25") == changed);
    return 0;
}
