// Records of configured ECS and of an ECS file from any bytes: accepted ones keep their promises and their fields.
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_sfc.hpp"
#include "fuzz_support.hpp"
#include "storage/container/attributes.hpp"
#include <fstream>
#include <unistd.h>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

const uuid key_uuid = *crypto::parse_uuid("11111111-2222-4333-8444-555555555555");

void check_entry(const_byte_span attributes, std::string_view api_key) {
    const sfc_reader reader(
        std::make_shared<memory_source>(fuzz::container_of(key_uuid, attributes, crypto::as_bytes(api_key)), "input"),
        nullptr);
    const auto entry = ecs::read_ecs_entry(reader, reader.entries().front(), "The input");
    const auto again = ecs::to_stored(entry).attributes;
    fuzz::require(cbor_map::parse(again)->size() == cbor_map::parse(attributes)->size());
    fuzz::require(again == std::vector(attributes.begin(), attributes.end()));
}

void check_ecs_file(const_byte_span attributes) {
    static const auto path =
        std::filesystem::temp_directory_path() / ("omegasafe-fuzz-ecs-" + std::to_string(::getpid()));
    const auto container = fuzz::container_of(key_uuid, attributes, {});
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(container.data()), static_cast<std::streamsize>(container.size()));
    ecs::ecs_sfc file{path};
    const auto key = file.key(key_uuid);
    fuzz::require(key.alpha_next <= key.alpha_capacity);
    fuzz::require(file.deltas(key_uuid).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const const_byte_span attributes(data, std::min(size, limits::attributes_bytes));
    fuzz::accepted([&] { check_entry(attributes, {}); });
    fuzz::accepted([&] { check_entry(attributes, "api-key"); });
    fuzz::accepted([&] { check_ecs_file(attributes); });
    return 0;
}
