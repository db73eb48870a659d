#include "tests/contract/ecs_places.hpp"

#include "crypto/secure_memory.hpp"
#include "ecs/ecs_sfc.hpp"
#include "tests/support/ecs_server.hpp"
#include <cstdlib>

namespace omegasafe::test {

namespace {

ecs_entry entry_of_file(const std::filesystem::path& path) {
    return {crypto::random_uuid(), "file", ecs_type::sfc, path.string()};
}

ecs_entry entry_of_server(const std::string& url, const std::string& api_key) {
    return {crypto::random_uuid(), "server", ecs_type::http, {}, url,
        std::make_shared<const crypto::secure_bytes>(std::string_view{api_key})};
}

/// Without limits on uploads and downloads: the contract has none.
const ecs_server& the_server() {
    static const ecs_server server{[] {
        environment settings;
        for (const auto* limit :
            {"UPLOADS_DAILY", "UPLOADS_MONTHLY", "UPLOADS_STORED", "DOWNLOADS_DAILY", "DOWNLOADS_MONTHLY"})
            settings[std::string{"OMEGASAFE_ECS_"} + limit] = "0";
        return settings;
    }()};
    ::setenv("SSL_CERT_FILE", server.certificate().c_str(), 1);
    return server;
}

} // namespace

sfc_place::sfc_place() {
    ecs::ecs_sfc::create(folder_ / "ecs.sfc", crypto::random_uuid());
}

ecs_entry sfc_place::entry() const {
    return entry_of_file(folder_ / "ecs.sfc");
}

ecs_entry sfc_place::away() {
    return entry_of_file("/nonexistent/ecs.sfc");
}

ecs_entry http_place::entry() {
    return entry_of_server(the_server().url(), the_server().owner().api_key);
}

ecs_entry http_place::away() {
    return entry_of_server("localhost:" + std::to_string(free_port()), "a-key");
}

} // namespace omegasafe::test
