#include "tests/scenario/http_world.hpp"

#include "crypto/uuid.hpp"
#include "ecs/ecs_http_account.hpp"
#include "net/aws_signature.hpp"
#include "net/http_client.hpp"
#include "tests/support/postgres_cluster.hpp"
#include <algorithm>
#include <map>
#include <sstream>
#include <thread>

namespace omegasafe::test {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// A schema of its own in the tests' cluster.
std::string new_postgres_schema() {
    auto schema = "scenario_" + crypto::to_string(crypto::random_uuid());
    std::ranges::replace(schema, '-', '_');
    run_options psql;
    psql.program = "psql";
    const auto made = run({"-q", "-c", "CREATE SCHEMA " + schema, postgres_conninfo()}, psql);
    if (made.exit_code != 0)
        throw std::runtime_error(made.describe());
    return "postgresql:" + postgres_conninfo() + " options='-csearch_path=" + schema + "'";
}

environment server_settings(int proxy_port) {
    environment settings;
    settings["OMEGASAFE_ECS_PUBLIC_URL"] = "https://localhost:" + std::to_string(proxy_port); // objects too
    for (const auto* limit :
        {"UPLOADS_DAILY", "UPLOADS_MONTHLY", "UPLOADS_STORED", "DOWNLOADS_DAILY", "DOWNLOADS_MONTHLY"})
        settings["OMEGASAFE_ECS_" + std::string{limit}] = "0";
    settings["OMEGASAFE_ECS_ALLOW_HTTP_ENDPOINTS"] = "true";
    if (variable("OMEGASAFE_TEST_DATABASE") == "postgresql")
        settings["OMEGASAFE_ECS_DATABASE"] = new_postgres_schema();
    return settings;
}

run_options proxy_program() {
    run_options options;
    options.program = "/usr/bin/python3";
    return options;
}

secret_ptr secret(const std::string& text) {
    return std::make_shared<const crypto::secure_bytes>(std::string_view{text});
}

/// The API does not make buckets: users have theirs already.
void make_bucket(const storage_fields& fields) {
    const auto endpoint = net::parse_object_url(*fields.endpoint_url + "/").value();
    const net::aws_signer signer{
        fields.access_key_id->text(), *fields.secret_access_key, "us-east-1", std::time(nullptr)};
    const auto target = net::aws_presigned_target(
        {"PUT", endpoint.origin.text(), "/" + *fields.bucket_name, {}, {}}, signer, std::chrono::minutes{5});
    net::http_client client{endpoint.origin};
    if (const auto made = client.send({.method = "PUT", .target = target}); made.status != 200)
        throw std::runtime_error("the bucket cannot be made: " + std::string{made.text()});
}

/// NAME=VALUE lines.
std::map<std::string, std::string> assignments(const std::string& text) {
    std::map<std::string, std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (const auto equals = line.find('='); equals != std::string::npos)
            found[line.substr(0, equals)] = line.substr(equals + 1);
    return found;
}

} // namespace

http_world* http_world::here() {
    if (variable("OMEGASAFE_TEST_ECS") != "http")
        return nullptr;
    static http_world world;
    return &world;
}

http_world::http_world()
    : server_(server_settings(proxy_port_)),
      proxy_({OMEGASAFE_SOURCE_DIR "/tests/support/fault_proxy.py", "--server", "127.0.0.1:" + server_.port(),
                 "--certificate", server_.certificate().string(), "--key", server_.certificate_key().string(), "--port",
                 std::to_string(proxy_port_)},
          proxy_program()) {
    ::setenv("SSL_CERT_FILE", server_.certificate().c_str(), 1);
    for (int attempt = 0;; ++attempt) {
        try {
            order(nlohmann::json::array());
            break;
        } catch (const failure&) {
            if (attempt == 300)
                throw;
            std::this_thread::sleep_for(std::chrono::milliseconds{100});
        }
    }
    if (const auto folder = variable("OMEGASAFE_TEST_S3"); !folder.empty())
        bring_bucket(folder);
}

ecs_entry http_world::entry(const std::string& name) const {
    auto made = past_the_proxy();
    made.name = name;
    made.url = "localhost:" + std::to_string(proxy_port_);
    return made;
}

ecs_entry http_world::past_the_proxy() const {
    ecs_entry made;
    made.ecs_uuid = crypto::random_uuid();
    made.name = "server";
    made.type = ecs_type::http;
    made.url = server_.url();
    made.api_key = secret(server_.owner().api_key);
    return made;
}

void http_world::order(const nlohmann::json& orders) {
    tell_proxy("DELETE", "");
    if (!orders.empty())
        tell_proxy("POST", orders.dump());
}

std::size_t http_world::unused_orders() const {
    return tell_proxy("GET", "").size();
}

nlohmann::json http_world::tell_proxy(const std::string& method, const std::string& body) const {
    net::http_client client{{"localhost", static_cast<std::uint16_t>(proxy_port_), true}};
    const auto answer = client.send({.method = method, .target = "/_proxy/orders", .body = crypto::as_bytes(body)});
    if (answer.status != 200)
        throw std::runtime_error("the proxy refused an order: " + std::string{answer.text()});
    return nlohmann::json::parse(answer.text());
}

void http_world::bring_bucket(const std::string& s3_folder) {
    run_options script;
    script.program = OMEGASAFE_SOURCE_DIR "/tests/support/s3-server";
    auto s3 = assignments(run({s3_folder, "start"}, script).out);
    storage_fields fields;
    fields.name = "bucket";
    fields.provider = "r2";
    fields.region = "auto";
    fields.bucket_name = "scenario-" + crypto::to_string(crypto::random_uuid());
    fields.endpoint_url = s3["S3_ENDPOINT"];
    fields.access_key_id = secret(s3["S3_ACCESS_KEY"]);
    fields.secret_access_key = secret(s3["S3_SECRET_KEY"]);
    make_bucket(fields);
    ecs::ecs_http_account account{past_the_proxy()};
    storage_uuid_ = account.create_storage(fields).storage.value().storage_uuid;
}

} // namespace omegasafe::test
