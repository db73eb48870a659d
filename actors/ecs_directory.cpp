#include "actors/ecs_directory.hpp"

#include "actors/local_container.hpp"
#include "actors/make_actor.hpp"
#include "ecs/ecs_entry_file.hpp"
#include "ecs/ecs_http_account.hpp"
#include "ecs/ecs_sfc.hpp"
#include "wire/field_rules.hpp"
#include <algorithm>
#include <map>

namespace omegasafe::actors {

namespace {

namespace fs = std::filesystem;

std::vector<ecs_entry> read_entries(const storage::sfc_reader& file) {
    std::vector<ecs_entry> entries;
    for (const auto& stored : file.entries())
        entries.push_back(ecs::read_ecs_entry(file, stored, "The ECS container " + file.source().name()));
    std::ranges::sort(entries, {}, [](const ecs_entry& e) { return std::pair{e.name, e.ecs_uuid}; });
    return entries;
}

ecs_entry find(const std::vector<ecs_entry>& entries, const uuid& wanted, const std::string& named_by) {
    const auto found = std::ranges::find(entries, wanted, &ecs_entry::ecs_uuid);
    if (found == entries.end())
        throw failure(errc::ecs_unknown,
            "There is no ECS " + crypto::to_string(wanted) + named_by + "; list-ecs shows the configured ones.");
    return *found;
}

ecs_entry resolve(const config_asker& me, const std::vector<ecs_entry>& entries, const resolve_ecs& request) {
    if (request.requested)
        return find(entries, *request.requested, "");
    if (const auto by_default = crypto::parse_uuid(settings_of(me)->ecs_uuid_default))
        return find(entries, *by_default, " (ECS_UUID_DEFAULT)");
    if (entries.empty())
        throw failure(errc::ecs_unknown, "No ECS is configured; create one with create-http-ecs or create-sfc-ecs.");
    if (entries.size() > 1)
        throw failure(errc::ecs_ambiguous, "Several ECS are configured; name one with --ecs-uuid or set "
                                           "ECS_UUID_DEFAULT.");
    return entries.front();
}

/// Neither name nor path or URL may be another entry's.
void require_unique(const std::vector<ecs_entry>& known, const ecs_entry& entry) {
    for (const auto& other : known) {
        if (other.ecs_uuid == entry.ecs_uuid)
            continue;
        if (other.name == entry.name)
            throw failure(errc::ecs_exists, "There is already an ECS named " + entry.name + "; choose another name.");
        if (entry.type == ecs_type::sfc && other.path == entry.path)
            throw failure(
                errc::ecs_exists, "ECS " + other.name + " already uses " + entry.path + "; choose another path.");
        if (entry.type == ecs_type::http && other.url == entry.url)
            throw failure(errc::ecs_exists,
                "ECS " + other.name + " already uses " + entry.url + "; edit-ecs gives it another API key.");
    }
}

storage::container_changes save(const ecs_entry& entry) {
    storage::container_changes changes;
    changes.put.push_back(ecs::to_stored(entry));
    return changes;
}

std::string absolute_path(const fs::path& path) {
    return fs::weakly_canonical(fs::absolute(path)).string();
}

ecs_entry create_sfc(local_container& container, const create_sfc_ecs& request) {
    ecs_entry entry{crypto::random_uuid(), request.name, ecs_type::sfc, absolute_path(request.path)};
    container.update([&](const storage::sfc_reader& file) {
        const auto known = read_entries(file);
        require_unique(known, entry);
        // What an interrupted run of this command left is taken over.
        const auto unused = ecs::ecs_sfc::unused_ecs(entry.path);
        if (unused && std::ranges::find(known, *unused, &ecs_entry::ecs_uuid) == known.end())
            entry.ecs_uuid = *unused;
        else
            ecs::ecs_sfc::create(entry.path, entry.ecs_uuid);
        return save(entry);
    });
    return entry;
}

/// The server takes the API key, or tells why not. Nothing is locked meanwhile.
void verify(const ecs_entry& entry) {
    warn_of_development_mode(entry);
    ecs::ecs_http_account{entry}.account();
}

void require_api_key(const secret_ptr& api_key) {
    if (const auto problem = wire::api_key_problem(api_key ? api_key->text() : std::string_view{}))
        throw failure(errc::usage, *problem);
}

ecs_entry create_http(local_container& container, const create_http_ecs& request) {
    require_api_key(request.api_key);
    const ecs_entry entry{crypto::random_uuid(), request.name, ecs_type::http, {},
        net::parse_ecs_url(request.url).text(), request.api_key, request.development_mode};
    require_unique(read_entries(*container.open()), entry);
    verify(entry);
    container.update([&](const storage::sfc_reader& file) {
        require_unique(read_entries(file), entry);
        return save(entry);
    });
    return entry;
}

/// The file moves before the reference: a kill between the two leaves an ECS out of reach, which the same command
/// mends, and never two files that both take claims.
void edit_path(ecs_entry& entry, const edit_ecs& request) {
    const auto path = absolute_path(*request.path);
    if (path == entry.path)
        return;
    if (request.move_file)
        ecs::ecs_sfc::move(entry.path, path, entry.ecs_uuid);
    else if (fs::exists(path) && !ecs::ecs_sfc::is_ecs(path, entry.ecs_uuid))
        throw failure(errc::output_refused, path + " is not the file of ECS " + entry.name + "; name its file.");
    entry.path = path;
}

bool edits_server(const edit_ecs& request) {
    return request.url || request.api_key || request.check_certificate;
}

void require_fitting(const ecs_entry& entry, const edit_ecs& request) {
    if (entry.type == ecs_type::sfc && edits_server(request))
        throw failure(errc::ecs_type_mismatch,
            "A URL, an API key or a certificate needs an HTTP ECS; " + entry.name + " is an SFC ECS.");
    if (entry.type == ecs_type::http && request.path)
        throw failure(errc::ecs_type_mismatch, "A path needs an SFC ECS; " + entry.name + " is an HTTP ECS.");
}

void edit_server(ecs_entry& entry, const edit_ecs& request) {
    if (request.url)
        entry.url = net::parse_ecs_url(*request.url).text();
    if (request.api_key) {
        require_api_key(request.api_key);
        entry.api_key = request.api_key;
    }
    entry.development_mode = entry.development_mode && !request.check_certificate;
}

/// A new URL or API key, or the certificate, has to work before it replaces what does.
void verify_edit(local_container& container, const edit_ecs& request) {
    const auto known = read_entries(*container.open());
    auto wanted = find(known, request.ecs_uuid, "");
    require_fitting(wanted, request);
    if (!edits_server(request))
        return;
    wanted.name = request.name.value_or(wanted.name);
    edit_server(wanted, request);
    require_unique(known, wanted);
    verify(wanted);
}

ecs_entry edit(local_container& container, const edit_ecs& request) {
    verify_edit(container, request);
    ecs_entry entry;
    container.update([&](const storage::sfc_reader& file) {
        const auto known = read_entries(file);
        entry = find(known, request.ecs_uuid, "");
        entry.name = request.name.value_or(entry.name);
        edit_server(entry, request);
        auto wanted = entry;
        if (request.path)
            wanted.path = absolute_path(*request.path);
        require_unique(known, wanted);
        if (request.path)
            edit_path(entry, request);
        return save(entry);
    });
    return entry;
}

void import(local_container& container, const ecs_entry& entry) {
    container.update([&](const storage::sfc_reader& file) {
        require_unique(read_entries(file), entry);
        return save(entry);
    });
}

class ecs_directory_state {
public:
    using handle_type = ecs_directory_actor;
    static constexpr const char* name = "ecs_directory";

    ecs_directory_state(ecs_directory_actor::pointer self, asker<ecs_directory_actor> me, ecs_connector connector)
        : self_(self), me_(std::move(me)), connector_(std::move(connector)),
          container_(me_, &storage::settings::ecs_path) {
        self->set_down_handler([this](const caf::down_msg& down) {
            const auto gone = [&](const auto& c) { return c.second.address() == down.source; };
            std::erase_if(connections_, gone);
            std::erase_if(accounts_, gone);
        });
    }
    ~ecs_directory_state() {
        for (const auto& [ecs_uuid, connection] : connections_)
            end(connection);
        for (const auto& [ecs_uuid, account] : accounts_)
            end(account);
    }
    ecs_directory_state(const ecs_directory_state&) = delete;
    ecs_directory_state& operator=(const ecs_directory_state&) = delete;

    ecs_directory_actor::behavior_type behavior() {
        return {
            handle([this](list_ecs) { return entries(); }),
            handle([this](const resolve_ecs& m) { return resolve(me_, entries(), m); }),
            handle([this](const connect_ecs& m) { return connect(m.ecs_uuid); }),
            handle([this](const connect_account& m) { return account(m.ecs_uuid); }),
            handle([this](const create_sfc_ecs& m) { return create_sfc(container_, m); }),
            handle([this](const create_http_ecs& m) { return create_http(container_, m); }),
            handle([this](const edit_ecs& m) {
                auto entry = edit(container_, m);
                disconnect(entry.ecs_uuid);
                return entry;
            }),
            handle([this](const import_ecs& m) {
                import(container_, m.entry);
                disconnect(m.entry.ecs_uuid);
            }),
            handle([this](get_connections) { return connections(); }),
            handle([this](get_status) { return status(); }),
        };
    }

private:
    template <class Handle>
    static void end(const Handle& connection) {
        caf::anon_send_exit(connection, caf::exit_reason::user_shutdown);
    }

    std::vector<ecs_entry> entries() { return read_entries(*container_.open()); }

    ecs_connection_actor connect(const uuid& ecs_uuid) {
        if (const auto known = connections_.find(ecs_uuid); known != connections_.end())
            return known->second;
        auto connection = connector_(self_->system(), find(entries(), ecs_uuid, ""));
        self_->monitor(connection);
        connections_.emplace(ecs_uuid, connection);
        return connection;
    }

    ecs_account_actor account(const uuid& ecs_uuid) {
        if (const auto known = accounts_.find(ecs_uuid); known != accounts_.end())
            return known->second;
        const auto entry = find(entries(), ecs_uuid, "");
        if (entry.type == ecs_type::sfc)
            throw failure(errc::ecs_type_mismatch, "This needs an HTTP ECS; " + entry.name +
                                                       " is an SFC ECS, which keeps its Deltas in its own file " +
                                                       entry.path + ".");
        auto connection = connect_account_to(self_->system(), entry);
        self_->monitor(connection);
        accounts_.emplace(ecs_uuid, connection);
        return connection;
    }

    /// What was connected to may have moved.
    void disconnect(const uuid& ecs_uuid) {
        if (const auto known = connections_.extract(ecs_uuid))
            end(known.mapped());
        if (const auto known = accounts_.extract(ecs_uuid))
            end(known.mapped());
    }

    ecs_connections connections() const {
        ecs_connections all;
        for (const auto& [ecs_uuid, connection] : connections_)
            all.connections.push_back(connection);
        for (const auto& [ecs_uuid, account] : accounts_)
            all.accounts.push_back(account);
        return all;
    }

    actor_status status() const {
        return {name, {container_.status(), {"connections", std::to_string(connections_.size())},
                          {"accounts", std::to_string(accounts_.size())}}};
    }

    ecs_directory_actor::pointer self_;
    asker<ecs_directory_actor> me_;
    ecs_connector connector_;
    local_container container_;
    std::map<uuid, ecs_connection_actor> connections_; // one per ECS and process
    std::map<uuid, ecs_account_actor> accounts_;       // the same
};

} // namespace

ecs_directory_actor spawn_ecs_directory(const surroundings_ptr& here, ecs_connector connector) {
    return make_actor<ecs_directory_state>(here->system, asker<ecs_directory_actor>{here}, std::move(connector));
}

} // namespace omegasafe::actors
