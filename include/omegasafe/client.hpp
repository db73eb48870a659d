// An opened config root: everything the commands of omegasafe do, for programs (reference section 11).
//
// Every call blocks until its answer is there, and may be made from several threads at once. A call that fails throws
// omegasafe::failure (error.hpp): a code, the exit code that scripts know, a sentence for the user with the way out. No
// other exception leaves the library, std::bad_alloc excepted. What a call promises holds after a crash too:
// docs/library.md.
#pragma once

#include <omegasafe/config.hpp>
#include <omegasafe/files.hpp>
#include <omegasafe/keys.hpp>
#include <omegasafe/settings.hpp>
#include <omegasafe/streams.hpp>

namespace omegasafe::engine {
class context;
} // namespace omegasafe::engine

namespace omegasafe {

/// The version of the library that is linked, "1.2.3".
OMEGASAFE_API std::string_view version();

/// How a config root is opened.
struct client_options {
    std::filesystem::path config_dir{}; // empty: as find_config_root says
    unsigned max_threads = 0;           // cipher threads, 1 .. 256; 0: one per core
    /// Gives the configuration password, from any thread; asked again after it threw. What it throws is passed on when
    /// it is a failure, all else becomes errc::aborted. It must not call this client. Empty: environment, password file
    /// or keyring.
    std::function<secure_bytes()> password{};
};

/// One opened config root with its threads; costs about a millisecond to make. Move-only. The last call must have
/// returned before it is destroyed.
class OMEGASAFE_API client {
public:
    /// Opens the root. failure(config_missing) when it is not or half initialised, failure(config_invalid),
    /// failure(usage) when OMEGASAFE_KERNEL names no kernel. The password is asked for by the first call that needs it.
    explicit client(client_options options = {});
    ~client();
    /// What was moved from may only be destroyed or assigned to.
    client(client&&) noexcept;
    /// The root that it held is closed.
    client& operator=(client&&) noexcept;

    /// Absolute or as it was given; lives as long as the client.
    const std::filesystem::path& config_root() const;

    // --- settings -------------------------------------------------------------------------------------------------

    /// Read once for the life of the client.
    config_summary settings();
    /// All or none; holds from the next client on. Returns the values as config.ini has them now ("yes" becomes
    /// "TRUE"). failure(usage) on an unknown name or a bad value.
    property_changes set_config(const property_changes& changes);

    // --- keys -----------------------------------------------------------------------------------------------------

    /// All keys whose Alpha is here, by name. An ECS that cannot be reached makes its part empty and is a warning.
    std::vector<key_summary> list_keys();
    /// One key; failure(alpha_missing); failure(delta_conflict) when this device and the ECS have different Deltas of
    /// one sequence number.
    key_details view_key(const uuid& key_uuid);
    /// What this device has of a key, without asking its ECS. failure(alpha_missing).
    local_key find_key(const uuid& key_uuid);
    /// The ECS that a key is bound to on this device. failure(alpha_missing); failure(ecs_unknown) when the key is not
    /// linked to one, or that one is not configured here.
    ecs_info ecs_of_key(const uuid& key_uuid);
    /// What was made is removed again when a stage fails.
    key_creation create_key(const new_key& wanted);
    /// failure(ecs_type_mismatch) for a storage on an SFC ECS.
    ecs_outcome edit_key(const uuid& key_uuid, const key_changes& changes);
    /// The key as its ECS has it now.
    ecs_key key_at_ecs(const uuid& key_uuid);
    /// Removes it from its ECS, the cache and this device, in an order that lets an interrupted call be made again. A
    /// part that failed stands in the answer. failure(alpha_missing).
    key_deletion delete_key(const uuid& key_uuid);
    /// What the next file or Delta of a key is sealed with. failure(alpha_missing).
    layer_source layer_of_key(const uuid& key_uuid);
    /// Gives a key a layer password of its own, or none at all (null), on this device: others have to be told. Those
    /// before still open what they sealed. failure(alpha_missing); failure(usage) on one that breaks the rule.
    void set_key_layer(const uuid& key_uuid, const secret_ptr& password);
    /// Writes the Alpha to a new file. With a passphrase the layer password in use and those remembered for the key go
    /// with it, and become the key's own here; null: without a passphrase, and without them. failure(output_refused)
    /// when the file exists.
    iteration_info export_key(
        const uuid& key_uuid, const std::filesystem::path& output, const secret_ptr& passphrase = {});
    /// Takes an exported Alpha with what it says of the layer, bound to an ECS that knows the key, and pulls its
    /// Deltas. `passphrase` is called when the file is sealed. failure(password_wrong), failure(key_unknown).
    key_import import_key(
        const std::filesystem::path& input, const uuid& ecs_uuid, const std::function<secure_bytes()>& passphrase = {});
    /// Takes the container of a Delta (read_delta) without asking the ECS. failure(delta_conflict) unless it is the
    /// next or known.
    delta_import import_delta(std::vector<std::uint8_t> container);
    /// Brings the Deltas here that the ECS has more.
    pulled_deltas pull_deltas(const uuid& key_uuid);
    /// The newest Delta as the ECS has it; failure(delta_conflict) unless it is the newest here.
    ecs_delta newest_delta(const uuid& key_uuid);
    /// Uses up `size` positions of the newest Delta without encrypting anything; the Delta afterwards.
    ecs_delta fast_forward(const uuid& key_uuid, std::uint64_t size);

    // --- External Claims Storages -----------------------------------------------------------------------------------

    /// By name.
    std::vector<ecs_info> list_ecs();
    /// `wanted`, else ECS_UUID_DEFAULT, else the only one. failure(ecs_unknown), failure(ecs_ambiguous).
    ecs_info find_ecs(const std::optional<uuid>& wanted = {});
    /// Makes the file, then the entry. failure(ecs_exists).
    ecs_info create_sfc_ecs(const std::string& name, const std::filesystem::path& path);
    /// True when an SFC ECS could be made at `path`: nothing is there, or what an interrupted create_sfc_ecs left.
    bool free_for_sfc_ecs(const std::filesystem::path& path);
    /// failure(ecs_authentication), failure(ecs_unavailable), failure(ecs_exists).
    ecs_info create_http_ecs(const new_http_ecs& wanted);
    /// failure(ecs_exists) when the new name, path or URL is another's.
    ecs_info edit_ecs(const uuid& ecs_uuid, const ecs_changes& changes);
    /// The file holds the API key of an HTTP ECS. failure(output_refused) when it exists.
    ecs_info export_ecs(const uuid& ecs_uuid, const std::filesystem::path& output);
    /// Adds an exported entry, or replaces the one of that UUID.
    ecs_info import_ecs(const std::filesystem::path& input);

    // --- the account at an HTTP ECS; failure(ecs_type_mismatch) on an SFC ECS ----------------------------------------

    /// Whose API key it is. Asking is the test of a connection.
    ecs_account account(const uuid& ecs_uuid);
    /// As the server orders them.
    std::vector<ecs_storage> list_storages(const uuid& ecs_uuid);
    /// failure(ecs_rejected) when there is none of that UUID.
    ecs_storage view_storage(const uuid& ecs_uuid, const uuid& storage_uuid);
    /// The server tries it before it keeps it; failure(ecs_rejected) says what did not work.
    ecs_outcome create_storage(const uuid& ecs_uuid, const storage_fields& fields);
    /// As create_storage.
    ecs_outcome edit_storage(const uuid& ecs_uuid, const uuid& storage_uuid, const storage_fields& fields);
    /// failure(ecs_rejected) while keys use it.
    ecs_outcome delete_storage(const uuid& ecs_uuid, const uuid& storage_uuid);
    /// What the server lets this key use of its storage, and how much of that is used.
    key_limits storage_limits(const uuid& key_uuid);
    /// Invites the user of that e-mail address, who has to accept it. The Alpha goes another way.
    key_invite share_key(const uuid& key_uuid, const std::string& email, key_role role);
    /// Who shares the key or is invited to, as the ECS given says, else the key's own, whose Alpha must then be here.
    std::vector<key_share> list_shares(const uuid& key_uuid, const std::optional<uuid>& ecs_uuid = {});
    /// Also withdraws an invitation that was not answered.
    ecs_outcome revoke_share(const uuid& key_uuid, const std::string& email);
    /// Invitations that the owner of the API key has not answered.
    std::vector<key_invite> list_invites(const uuid& ecs_uuid);
    /// Accepts or declines one.
    ecs_outcome answer_invite(const uuid& ecs_uuid, const uuid& invite_uuid, bool accept);
    /// A newer version of this program than the linked one, as an HTTP ECS says; nothing when there is none, when
    /// updates are not looked for, or when that was done within a day. Never throws.
    std::optional<std::string> newer_version() noexcept;

    // --- files, folders, buffers, streams ---------------------------------------------------------------------------

    /// The output appears whole, durable and under its name, or not at all.
    file_report encrypt(const encrypt_file& request, const watch& watch = {});
    /// Verifies instead when `verify_only` is set. failure(integrity_failed), failure(container_damaged).
    file_report decrypt(const decrypt_file& request, const watch& watch = {});
    /// What failed alone stands in the report; a failure means that the run stopped, and can be resumed.
    tree_report_ptr encrypt(const encrypt_tree& request, const watch& watch = {});
    /// As above.
    tree_report_ptr decrypt(const decrypt_tree& request, const watch& watch = {});
    /// In memory: returns the bytes of an encrypted file. `name`: a plain file name, 1-255 bytes.
    std::vector<std::uint8_t> encrypt(const_byte_span content, const std::string& name, const uuid& key_uuid);
    /// failure(integrity_failed), failure(container_damaged).
    decrypted_buffer decrypt(const_byte_span encrypted);
    /// A stream of any length up to a Delta's, through a sealed temporary file (docs/library.md, "Streams"). Positions
    /// are claimed when the input has ended, so a call that failed before has used none. When it fails later, the
    /// output has the beginning of an encrypted file, which nothing opens. failure(usage) without both callbacks.
    stream_report encrypt(const encrypt_stream& request, const watch& watch = {});
    /// Everything is checked before the output gets its first byte. failure(integrity_failed),
    /// failure(container_damaged), failure(usage) without both callbacks.
    stream_report decrypt(const decrypt_stream& request, const watch& watch = {});

private:
    std::unique_ptr<engine::context> context_;
};

/// What a container says without being decrypted. Needs no config root; the entries of a sealed one show when a layer
/// password fits that the root at `config_dir` knows (nobody is asked for the configuration password).
OMEGASAFE_API inspection inspect(const std::filesystem::path& input, const std::filesystem::path& config_dir = {});

/// The bytes of a file that should hold a Delta, for import_delta. failure(input_unreadable) when it cannot be read or
/// is larger than any Delta.
OMEGASAFE_API std::vector<std::uint8_t> read_delta(const std::filesystem::path& input);

/// True for names that an encrypted or decrypted file may get: 1-255 bytes, no separators or control characters, not
/// "." or "..".
OMEGASAFE_API bool plain_file_name(std::string_view name);

/// Why `text` is no URL of an HTTP ECS, in one sentence; nothing when it is: host[:port][/base] without a scheme.
OMEGASAFE_API std::optional<std::string> ecs_url_problem(std::string_view text);

/// Removes what calls that are just running have under temporary names. For a program that is told to end (SIGTERM) and
/// does not wait for them: call it last, from a thread, not from a signal handler.
OMEGASAFE_API void remove_temporary_files() noexcept;

} // namespace omegasafe
