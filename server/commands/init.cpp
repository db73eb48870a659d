// omegasafe-ecs init: a data folder that serves at once, a first user and API key.
#include "server/api/fields.hpp"
#include "server/commands/certificate.hpp"
#include "server/commands/command.hpp"
#include "storage/files/atomic_file.hpp"
#include <cctype>
#include <ctime>
#include <omegasafe/error.hpp>
#include <sys/stat.h>

namespace omegasafe::server {

namespace {

namespace fs = std::filesystem;

struct init_flags {
    std::shared_ptr<common_flags> common = std::make_shared<common_flags>();
    std::string listen = "127.0.0.1:8443", email = "owner@localhost.localdomain", name = "Owner", database;
    std::vector<std::string> hostnames;
};

void make_private_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem || ::chmod(folder.c_str(), 0700) != 0)
        throw failure(
            errc::output_refused, "The folder " + folder.string() + " cannot be made: choose another --data-dir.");
}

std::string database_address(const init_flags& flags) {
    return flags.database.empty() ? "sqlite3:ecs.sqlite" : flags.database;
}

void write_settings(const fs::path& file, const init_flags& flags, const std::string& public_url) {
    const auto text = settings_text({{"listen", flags.listen}, {"public_url", public_url},
        {"tls_certificate", "tls/certificate.pem"}, {"tls_key", "tls/key.pem"}, {"server_key", "server.key"},
        {"database", database_address(flags)}, {"internal_storage", "deltas"}});
    storage::atomic_file out(file, storage::existing_target::refuse);
    out.write_at(0, crypto::as_bytes(text));
    out.commit();
}

std::vector<std::string> certificate_names(const init_flags& flags) {
    auto names = flags.hostnames;
    for (const auto* local : {"localhost", "127.0.0.1", "::1"})
        if (std::ranges::find(names, local) == names.end())
            names.emplace_back(local);
    return names;
}

void run_init(const init_flags& flags) {
    const auto email = checked_email(flags.email);
    const auto name = checked_name(flags.name);
    const auto port = std::to_string(parse_listen(flags.listen).second);
    const fs::path folder =
        fs::absolute(flags.common->data_dir.empty() ? default_data_dir() : fs::path{flags.common->data_dir});
    const auto file = folder / settings_file_name;
    if (fs::exists(file))
        throw failure(
            errc::config_exists, "There is a server in " + folder.string() + " already; nothing was changed.");
    const auto host = flags.hostnames.empty() ? std::string{"localhost"} : flags.hostnames.front();
    make_private_folder(folder);
    make_private_folder(folder / "tls");
    make_private_folder(folder / "deltas");
    // The settings file gets its name last: it is what makes the folder a server's, so an interrupted init can be run
    // again.
    const auto unfinished = folder / "unfinished.ini";
    for (const auto* left : {"tls/certificate.pem", "tls/key.pem", "server.key", "unfinished.ini"})
        fs::remove(folder / left);
    make_certificate(folder / "tls" / "certificate.pem", folder / "tls" / "key.pem", certificate_names(flags));
    credential_box::create_key_file(folder / "server.key");
    write_settings(unfinished, flags, "https://" + host + ":" + port);

    const installation made{{.data_dir = "", .config = unfinished.string()}};
    user_record user{crypto::random_uuid(), email, name, std::time(nullptr), false};
    made.data->write([&](store& s) {
        if (const auto known = s.user_by_email(user.email))
            user = *known;
        else
            s.add_user(user);
    });
    const auto key = add_api_key_for(*made.data, user.user_uuid, "first key");
    fs::rename(unfinished, file);
    const std::string api_key{api_key_text(key).text()}, url = host + ":" + port,
                                                         certificate = (folder / "tls" / "certificate.pem").string();
    tell(*flags.common,
        {{"data_dir", folder.string()}, {"config", file.string()}, {"certificate", certificate}, {"url", url},
            {"user_uuid", crypto::to_string(user.user_uuid)}, {"email", user.email},
            {"api_key_uuid", crypto::to_string(key.api_key_uuid)}, {"api_key", api_key}},
        {"A server is ready in " + folder.string() + ".", "  Settings:     " + file.string(),
            "  Certificate:  " + certificate + " (self-signed)", "  User:         " + user.email,
            "  API key:      " + api_key, "The API key is shown only now; only its hash is stored.", "",
            "Start the server:  omegasafe-ecs serve --data-dir " + folder.string(), "",
            "On a client, with that certificate copied there:", "  export SSL_CERT_FILE=certificate.pem",
            "  export OMEGASAFE_HTTP_ECS_API_KEY=" + api_key,
            "  omegasafe create-http-ecs --ecs-name my-ecs --api-url " + url,
            "To try it without the certificate: add --dev-mode."});
}

} // namespace

void add_init(CLI::App& app) {
    const auto flags = std::make_shared<init_flags>();
    auto* command = add_command(app, "init", "Make a data folder with settings, certificate, database and a first user",
        flags->common, [flags] { run_init(*flags); });
    command->add_option("-l,--listen", flags->listen, "Address and port (default 127.0.0.1:8443)");
    command->add_option("-H,--hostname", flags->hostnames, "Host name of the server, for its certificate and URLs");
    command->add_option("-e,--email", flags->email, "Mail address of the first user");
    command->add_option("-n,--name", flags->name, "Name of the first user");
    command->add_option("-b,--database", flags->database, "sqlite3:FILE or postgresql:CONNINFO");
}

} // namespace omegasafe::server
