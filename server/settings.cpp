#include "server/settings.hpp"

#include "storage/config/config_file.hpp"
#include "storage/config/secret_source.hpp"
#include "storage/files/atomic_file.hpp"
#include "wire/storage_rules.hpp"
#include <omegasafe/error.hpp>
#define SI_NO_CONVERSION
#define SI_IMPLEMENTATION
#include <SimpleIni.h>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <map>

namespace omegasafe::server {

namespace {

namespace fs = std::filesystem;

constexpr const char* section = "server";

std::uint64_t number_in(const std::string& text, std::uint64_t least, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        throw failure(errc::config_invalid, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
}

bool boolean_in(const std::string& text) {
    if (const auto value = storage::parse_boolean(text))
        return *value;
    throw failure(errc::config_invalid, "true or false");
}

std::string url_in(const std::string& text) {
    if (!text.starts_with("https://") || text.size() < 9 || text.ends_with('/'))
        throw failure(errc::config_invalid, "https://HOST[:PORT] without a slash at its end");
    return text;
}

std::string base_path_in(const std::string& text) {
    if (!text.empty() && (!text.starts_with('/') || text.ends_with('/')))
        throw failure(errc::config_invalid, "empty, or a path like /base");
    return text;
}

std::string database_in(const std::string& text) {
    if (!text.starts_with("sqlite3:") && !text.starts_with("postgresql:"))
        throw failure(errc::config_invalid, "sqlite3:FILE or postgresql:CONNINFO");
    return text;
}

std::string one_of(const std::string& text, std::initializer_list<const char*> accepted) {
    std::string list;
    for (const auto* word : accepted) {
        if (text == word)
            return text;
        list += (list.empty() ? "" : ", ") + std::string{word};
    }
    throw failure(errc::config_invalid, "one of " + list);
}

/// Sets one value; throws failure whose text is what would be accepted.
using setter = std::function<void(settings&, const std::string& text, const fs::path& folder)>;

struct setting_row {
    setting_info info;
    setter set;
};

setter text_of(std::string settings::*member) {
    return [member](settings& s, const std::string& text, const fs::path&) { s.*member = text; };
}
setter path_of(fs::path settings::*member) {
    return [member](settings& s, const std::string& text, const fs::path& folder) { s.*member = folder / text; };
}
setter bucket_text(std::string bucket_settings::*member) {
    return [member](settings& s, const std::string& text, const fs::path&) { s.internal_bucket.*member = text; };
}
setter limit_of(std::uint64_t storage_limits::*member) {
    return [member](settings& s, const std::string& text, const fs::path&) {
        s.limits.*member = number_in(text, 0, 1'000'000'000);
    };
}
setter traffic_number(std::uint64_t traffic_limits::*member, std::uint64_t least) {
    return [member, least](settings& s, const std::string& text, const fs::path&) {
        s.traffic.*member = number_in(text, least, 1'000'000);
    };
}
setter traffic_time(std::chrono::seconds traffic_limits::*member) {
    return [member](settings& s, const std::string& text, const fs::path&) {
        s.traffic.*member = std::chrono::seconds{number_in(text, 1, 3600)};
    };
}

void set_database(settings& s, const std::string& text, const fs::path& folder) {
    s.database = database_in(text);
    const std::string sqlite = "sqlite3:";
    if (s.database.starts_with(sqlite) && s.database != "sqlite3::memory:")
        s.database = sqlite + (folder / s.database.substr(sqlite.size())).string();
}

void set_internal_storage(settings& s, const std::string& text, const fs::path& folder) {
    if (text.empty())
        throw failure(errc::config_invalid, "a folder, or the word bucket");
    s.internal_folder = text == "bucket" ? fs::path{} : folder / text;
}

const std::vector<setting_row>& rows() {
    static const std::vector<setting_row> all{
        {{"listen", "address and port: HOST:PORT"},
            [](settings& s, const std::string& text, const fs::path&) {
                std::tie(s.listen_host, s.listen_port) = parse_listen(text);
            }},
        {{"public_url", "how clients reach this server, https://HOST[:PORT]; stands in the URLs it signs"},
            [](settings& s, const std::string& text, const fs::path&) { s.public_url = url_in(text); }},
        {{"base_path", "path before every route, like /base; empty: none"},
            [](settings& s, const std::string& text, const fs::path&) { s.base_path = base_path_in(text); }},
        {{"server_name", "what the server calls itself to clients"}, text_of(&settings::server_name)},
        {{"tls_certificate", "PEM file of the certificate and its chain; read again on SIGHUP"},
            path_of(&settings::tls_certificate)},
        {{"tls_key", "PEM file of its private key"}, path_of(&settings::tls_key)},
        {{"server_key", "32 random bytes that seal credentials and sign URLs; the same on all servers of a database"},
            path_of(&settings::server_key)},
        {{"database", "sqlite3:FILE, or postgresql:CONNINFO for several servers", true}, set_database},
        {{"database_connections", "connections to the database, 1 to 256"},
            [](settings& s, const std::string& text, const fs::path&) {
                s.database_connections = static_cast<unsigned>(number_in(text, 1, 256));
            }},
        {{"workers", "threads for requests, 1 to 256"},
            [](settings& s, const std::string& text, const fs::path&) {
                s.workers = static_cast<unsigned>(number_in(text, 1, 256));
            }},
        {{"internal_storage", "folder for Deltas, or the word bucket"}, set_internal_storage},
        {{"internal_bucket_name", "of the bucket"}, bucket_text(&bucket_settings::name)},
        {{"internal_region", "of the bucket: an AWS code; with an endpoint the name its server has for it, often auto"},
            bucket_text(&bucket_settings::region)},
        {{"internal_endpoint_url", "of the bucket; for r2 and other S3 servers"},
            bucket_text(&bucket_settings::endpoint_url)},
        {{"internal_remote_path", "prefix in the bucket"}, bucket_text(&bucket_settings::remote_path)},
        {{"internal_access_key_id", "of the bucket; better in the environment", true},
            bucket_text(&bucket_settings::access_key_id)},
        {{"internal_secret_access_key", "of the bucket; better in the environment", true},
            [](settings& s, const std::string& text, const fs::path&) {
                s.internal_bucket.secret_access_key = make_secret(text);
            }},
        {{"allow_http_endpoints", "true: users may name storages by http:// (a test or a closed network)"},
            [](settings& s, const std::string& text, const fs::path&) { s.allow_http_endpoints = boolean_in(text); }},
        {{"url_seconds", "how long a signed URL is good for, 1 to 86400"},
            [](settings& s, const std::string& text, const fs::path&) {
                s.url_lifetime = std::chrono::seconds{number_in(text, 1, 86'400)};
            }},
        {{"uploads_daily", "Deltas a key may upload to the internal storage in a day; 0: no limit"},
            limit_of(&storage_limits::uploads_daily)},
        {{"uploads_monthly", "the same in 30 days"}, limit_of(&storage_limits::uploads_monthly)},
        {{"uploads_stored", "Deltas a key may keep in the internal storage; 0: no limit"},
            limit_of(&storage_limits::uploads_stored)},
        {{"downloads_daily", "Deltas that may be downloaded of a key in a day; 0: no limit"},
            limit_of(&storage_limits::downloads_daily)},
        {{"downloads_monthly", "the same in 30 days"}, limit_of(&storage_limits::downloads_monthly)},
        {{"rate_limit_per_key", "requests per second for each API key; 0: no limit"},
            traffic_number(&traffic_limits::rate_per_key, 0)},
        {{"rate_limit_per_address", "requests per second from each address; 0: no limit (behind a load balancer)"},
            traffic_number(&traffic_limits::rate_per_address, 0)},
        {{"rate_limit_burst", "requests that may come at once before a rate counts"},
            traffic_number(&traffic_limits::burst, 1)},
        {{"max_connections", "open connections; more are closed at once"},
            traffic_number(&traffic_limits::connections, 1)},
        {{"max_connections_per_address", "of them from one address; 0: no limit (behind a load balancer)"},
            traffic_number(&traffic_limits::connections_per_address, 0)},
        {{"header_timeout_seconds", "for the TLS handshake and for a request's header"},
            traffic_time(&traffic_limits::header_timeout)},
        {{"body_timeout_seconds", "for a request's body, and for sending a response"},
            traffic_time(&traffic_limits::body_timeout)},
        {{"idle_timeout_seconds", "between two requests"}, traffic_time(&traffic_limits::idle_timeout)},
        {{"shutdown_seconds", "how long requests under way may take after SIGTERM"},
            traffic_time(&traffic_limits::shutdown)},
        {{"log_level", "debug, info, warning, error or off"},
            [](settings& s, const std::string& text, const fs::path&) {
                s.log_level = one_of(text, {"debug", "info", "warning", "error", "off"});
            }},
        {{"metrics_token", "bearer token for /metrics; empty: loopback only", true}, text_of(&settings::metrics_token)},
        {{"latest_cli_version", "newest omegasafe that clients are told of"}, text_of(&settings::latest_cli_version)},
    };
    return all;
}

void apply(
    settings& s, const setting_row& row, const std::string& text, const fs::path& folder, const std::string& where) {
    try {
        row.set(s, text, folder);
    } catch (const failure& accepted) {
        throw failure(errc::config_invalid,
            where + " has no usable " + std::string{row.info.name} + ": it must be " + accepted.what() + ".");
    }
}

std::string variable_of(std::string_view name) {
    std::string variable = "OMEGASAFE_ECS_";
    for (const unsigned char c : name)
        variable += static_cast<char>(std::toupper(c));
    return variable;
}

/// What the environment has for a setting; of a secret also by NAME_FILE.
std::optional<std::string> value_of(const std::string& variable, bool secret) {
    if (secret) {
        const auto found = storage::secret_from_environment(
            variable, storage::secret_commands::ignored, {errc::config_invalid, errc::config_invalid});
        return found ? std::optional{std::string{found->text()}} : std::nullopt;
    }
    const char* text = std::getenv(variable.c_str());
    return text != nullptr && *text != '\0' ? std::optional{std::string{text}} : std::nullopt;
}

std::map<std::string, std::string> values_in(const fs::path& file) {
    const auto bytes = storage::read_file(file, 1 << 20);
    CSimpleIniCaseA ini(true, false, false);
    if (ini.LoadData(reinterpret_cast<const char*>(bytes.data()), bytes.size()) < 0)
        throw failure(errc::config_invalid, file.string() + " is not an INI file.");
    std::map<std::string, std::string> values;
    CSimpleIniCaseA::TNamesDepend sections, keys;
    ini.GetAllSections(sections);
    for (const auto& found : sections)
        if (std::string_view{found.pItem} != section)
            throw failure(errc::config_invalid,
                file.string() + " has a section [" + found.pItem + "]; all settings stand in [server].");
    ini.GetAllKeys(section, keys);
    for (const auto& key : keys)
        values[key.pItem] = ini.GetValue(section, key.pItem, "");
    return values;
}

/// Servers that are not Amazon's have regions and credentials of many forms; they only must fit into a header.
std::optional<std::string> word_problem(std::string_view value) {
    const bool visible = std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; });
    return !value.empty() && visible ? std::nullopt : std::optional<std::string>{"It is one word of ASCII characters."};
}

void require_bucket(const settings& s, const fs::path& file) {
    if (!s.internal_folder.empty())
        return;
    const auto& bucket = s.internal_bucket;
    const auto provider = bucket.provider();
    for (const auto& [name, problem] : {
             std::pair{"internal_bucket_name", wire::bucket_name_problem(bucket.name)},
             {"internal_endpoint_url",
                 wire::endpoint_url_problem(provider, bucket.endpoint_url, wire::plain_http::allowed)},
             {"internal_region", bucket.endpoint_url.empty() ? wire::region_problem(provider, bucket.region)
                                                             : word_problem(bucket.region)},
             {"internal_remote_path", wire::remote_path_problem(bucket.remote_path)},
             {"internal_access_key_id", word_problem(bucket.access_key_id)},
             {"internal_secret_access_key",
                 word_problem(bucket.secret_access_key ? bucket.secret_access_key->text() : "")},
         })
        if (problem)
            throw failure(errc::config_invalid, file.string() +
                                                    " puts the internal storage into a bucket, which needs a usable " +
                                                    name + " too: " + *problem);
}

settings defaults_in(const fs::path& folder) {
    settings s;
    s.data_dir = folder;
    s.tls_certificate = folder / "tls" / "certificate.pem";
    s.tls_key = folder / "tls" / "key.pem";
    s.server_key = folder / "server.key";
    s.internal_folder = folder / "deltas";
    s.database = "sqlite3:" + (folder / "ecs.sqlite").string();
    s.latest_cli_version = OMEGASAFE_VERSION;
    return s;
}

} // namespace

const std::vector<setting_info>& all_settings() {
    static const auto infos = [] {
        std::vector<setting_info> all;
        for (const auto& row : rows())
            all.push_back(row.info);
        return all;
    }();
    return infos;
}

settings load_settings(const fs::path& file) {
    if (!fs::exists(file))
        throw failure(errc::config_missing,
            "There is no " + file.string() + "; 'omegasafe-ecs init' makes one, or name another with --config.");
    const auto folder = fs::absolute(file).parent_path();
    auto s = defaults_in(folder);
    auto values = values_in(file);
    for (const auto& row : rows()) {
        const std::string name{row.info.name};
        if (const auto found = values.extract(name))
            apply(s, row, found.mapped(), folder, file.string());
        const auto variable = variable_of(name);
        if (const auto text = value_of(variable, row.info.secret))
            apply(s, row, *text, folder, "The variable " + variable);
    }
    if (!values.empty())
        throw failure(errc::config_invalid,
            file.string() + " has an unknown setting " + values.begin()->first + "; docs/operating.md lists all.");
    require_bucket(s, file);
    if (s.public_url.empty())
        s.public_url = "https://localhost:" + std::to_string(s.listen_port);
    return s;
}

std::string settings_text(const std::vector<std::pair<std::string, std::string>>& given) {
    std::string text =
        "; omegasafe-ecs. Every setting may also come from the environment: OMEGASAFE_ECS_<NAME>, a secret also\n"
        "; from the file that OMEGASAFE_ECS_<NAME>_FILE names.\n"
        "[server]\n";
    for (const auto& info : all_settings()) {
        const auto set = std::ranges::find(given, info.name, [](const auto& g) { return std::string_view{g.first}; });
        text += "\n; " + std::string{info.description} + "\n";
        text += set == given.end() ? ";" + std::string{info.name} + " =\n" : set->first + " = " + set->second + "\n";
    }
    return text;
}

fs::path default_data_dir() {
    const char* given = std::getenv("OMEGASAFE_ECS_DATA_DIR");
    return given != nullptr && *given != '\0' ? fs::path{given} : fs::path{"/var/lib/omegasafe-ecs"};
}

std::pair<std::string, std::uint16_t> parse_listen(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
        throw failure(errc::config_invalid, "HOST:PORT, like 0.0.0.0:8443 or [::]:8443");
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    return {host, static_cast<std::uint16_t>(number_in(text.substr(colon + 1), 1, 65'535))};
}

} // namespace omegasafe::server
