// Every typed actor interface: who may be asked what. One line per message: what it does -> what comes back.
//
// A failure comes back as caf::error of category "omegasafe" with an errc (omegasafe/error.hpp), a sentence and a
// detail; actors/asking.hpp turns it into a `failure` again.
//
// The line after an interface says on which floor its actors stand (floors.hpp): they wait for answers from lower
// floors only. "Who asks whom" is that table.
#pragma once

#include "messages/account.hpp"
#include "messages/floors.hpp"
#include "messages/messages.hpp"
#include "messages/status.hpp"
#include "messages/tree.hpp"
#include <caf/all.hpp>
#include <omegasafe/error.hpp>

namespace omegasafe {

/// A long-lived actor tells what it holds and what it has counted.
using says_status = caf::replies_to<get_status>::with<actor_status>;

/// Owns the config root: config.ini, environment overrides, the configuration password. Blocking, detached.
using config_actor = caf::typed_actor<
    // effective settings; the same snapshot for the process's life
    caf::replies_to<get_settings>::with<settings_ptr>,
    // password of the three local containers, from environment, password file or keyring
    caf::replies_to<get_container_password>::with<password_ptr>,
    // the layer password that environment or config.ini have; null when they have none
    caf::replies_to<get_layer_password>::with<password_ptr>,
    // makes folder, config.ini and three empty containers
    caf::replies_to<create_root>::with<void>,
    // all or none; this process keeps the settings it read
    caf::replies_to<set_config>::with<void>, says_status>;
template <>
inline constexpr auto floor_of<config_actor> = actor_floor::config;

/// Owns omegasafe_keys.sfc. Blocking, detached.
using key_store_actor = caf::typed_actor<
    // alpha_missing when the key has no Alpha here
    caf::replies_to<list_key_iterations>::with<iterations_ptr>,
    // cheap with thousands of Deltas; alpha_missing when the named key has no Alpha here
    caf::replies_to<list_key_ends>::with<iterations_ptr>,
    // maps of one iteration; delta_missing / alpha_missing
    caf::replies_to<load_iteration>::with<key_iteration_ptr>,
    // durable on answer; known UUIDs are skipped; delta_conflict when the sequence
    // is taken by another UUID
    caf::replies_to<add_iteration>::with<void>, caf::replies_to<add_iterations>::with<void>,
    // all iterations of the key, and its pending Delta; none there is no error
    caf::replies_to<remove_key>::with<void>,
    // the Delta that an earlier try left, sealed; null: none
    caf::replies_to<get_pending_delta>::with<blob_ptr>, caf::replies_to<keep_pending_delta>::with<void>,
    caf::replies_to<discard_pending_delta>::with<void>,
    // environment, else the key's own, else config.ini; alpha_missing
    caf::replies_to<get_key_layer>::with<layer_in_use>,
    // those in use first, then the newest of each key
    caf::replies_to<list_layer_passwords>::with<passwords_ptr>,
    // durable on answer, written only when it is new to a key that is here
    caf::replies_to<remember_layer_password>::with<void>,
    // alpha_missing when the key has no Alpha here; what was the key's before stays remembered
    caf::replies_to<set_key_layer>::with<void>,
    // what another device is to take -> alpha_missing
    caf::replies_to<pin_key_layer>::with<key_layer_ptr>,
    // what another device said of a key
    caf::replies_to<take_key_layer>::with<void>, says_status>;
template <>
inline constexpr auto floor_of<key_store_actor> = actor_floor::stores;

/// Owns local_cache.sfc: claims held in advance, for each iteration. Blocking, detached.
using claim_cache_actor = caf::typed_actor<
    // nothing happens when the entry exists
    caf::replies_to<create_cache_entry>::with<void>, caf::replies_to<create_cache_entries>::with<void>,
    caf::replies_to<list_cache_entries>::with<cache_entries_ptr>,
    // best fit among the claims of that reason; consumed on disk before the answer; no range when no single claim fits
    caf::replies_to<sub_claim>::with<std::optional<position_range>>,
    // high-water guard, split, prune, take: one durable step -> the taken positions; unsafe_claim
    caf::replies_to<accept_range>::with<position_range>, caf::replies_to<remove_key>::with<void>, says_status>;
template <>
inline constexpr auto floor_of<claim_cache_actor> = actor_floor::stores;

/// One External Claims Storage: an SFC file or an HTTP server. Blocking, detached.
/// ecs_unavailable when it cannot be reached; key_unknown when it has no such key.
using ecs_connection_actor =
    caf::typed_actor<caf::replies_to<register_key>::with<void>, caf::replies_to<get_ecs_key>::with<ecs_key>,
        // what the ECS says to it, in its own words
        caf::replies_to<edit_ecs_key>::with<ecs_outcome>, caf::replies_to<delete_ecs_key>::with<void>,
        // ordered by sequence
        caf::replies_to<list_deltas>::with<std::vector<ecs_delta>>,
        // durable at the ECS before the answer; ecs_full (detail: positions left); delta_conflict unless
        // the Delta is the newest
        caf::replies_to<claim_delta_positions>::with<position_range>,
        caf::replies_to<claim_alpha_positions>::with<position_range>,
        // stores and registers a Delta as latest + 1, else delta_conflict
        caf::replies_to<upload_delta>::with<void>, caf::replies_to<download_delta>::with<blob_ptr>, says_status>;
template <>
inline constexpr auto floor_of<ecs_connection_actor> = actor_floor::stores;

/// What only an HTTP ECS can: the account of an API key. Blocking, detached. Failures as ecs_connection_actor.
using ecs_account_actor = caf::typed_actor<caf::replies_to<get_account>::with<ecs_account>,
    caf::replies_to<list_ecs_storages>::with<std::vector<ecs_storage>>,
    caf::replies_to<view_ecs_storage>::with<ecs_storage>, caf::replies_to<create_ecs_storage>::with<ecs_outcome>,
    caf::replies_to<edit_ecs_storage>::with<ecs_outcome>, caf::replies_to<delete_ecs_storage>::with<ecs_outcome>,
    caf::replies_to<get_key_limits>::with<key_limits>, caf::replies_to<invite_to_key>::with<key_invite>,
    caf::replies_to<list_key_shares>::with<std::vector<key_share>>,
    caf::replies_to<list_key_invites>::with<std::vector<key_invite>>, caf::replies_to<answer_invite>::with<ecs_outcome>,
    caf::replies_to<revoke_key_share>::with<ecs_outcome>, caf::replies_to<get_latest_version>::with<std::string>,
    says_status>;
template <>
inline constexpr auto floor_of<ecs_account_actor> = actor_floor::stores;

struct get_connections {};
struct ecs_connections {
    std::vector<ecs_connection_actor> connections;
    std::vector<ecs_account_actor> accounts;
};

/// Owns ecs_storage.sfc and the connections made from it. Blocking, detached.
using ecs_directory_actor = caf::typed_actor<caf::replies_to<list_ecs>::with<std::vector<ecs_entry>>,
    // ecs_unknown, ecs_ambiguous
    caf::replies_to<resolve_ecs>::with<ecs_entry>,
    // one connection an ECS and process
    caf::replies_to<connect_ecs>::with<ecs_connection_actor>,
    // ecs_type_mismatch on an SFC ECS
    caf::replies_to<connect_account>::with<ecs_account_actor>,
    // ecs_exists when name or path is taken
    caf::replies_to<create_sfc_ecs>::with<ecs_entry>,
    // verified first: ecs_authentication, ecs_unavailable; ecs_exists when name or URL is taken
    caf::replies_to<create_http_ecs>::with<ecs_entry>,
    // ecs_exists when the new name or path is another's
    caf::replies_to<edit_ecs>::with<ecs_entry>, caf::replies_to<import_ecs>::with<void>,
    // those that are made, for their statuses
    caf::replies_to<get_connections>::with<ecs_connections>, says_status>;
template <>
inline constexpr auto floor_of<ecs_directory_actor> = actor_floor::stores;

/// One worker of the pool, on a scheduler thread. Never touches files.
using cipher_worker_actor = caf::typed_actor<
    // see cipher_pool_actor
    caf::replies_to<cipher_chunk>::with<chunk_ptr>,
    // fills one piece of a block with fresh maps
    caf::replies_to<draw_piece>::with<void>>;
template <>
inline constexpr auto floor_of<cipher_worker_actor> = actor_floor::helper;

/// Hands work to its workers in turn; restarts one that crashed.
using cipher_pool_actor = caf::typed_actor<
    // the same chunk, transformed; container_damaged when a stored segment was altered
    caf::replies_to<cipher_chunk>::with<chunk_ptr>,
    // fresh maps, drawn by several workers
    caf::replies_to<generate_maps>::with<key_material_ptr>, says_status>;
template <>
inline constexpr auto floor_of<cipher_pool_actor> = actor_floor::stores;

/// Deltas between this device and the ECS (reference: Delta Pulling Semantics). Blocking, detached.
using delta_sync_actor = caf::typed_actor<
    // conflict check, then pulls in sequence order
    caf::replies_to<pull_deltas>::with<pull_report>,
    // a new Delta: sealed with claimed Alpha positions, uploaded, then stored here
    caf::replies_to<renew_delta>::with<key_iteration_ptr>,
    // Alpha, registration, first Delta; what was made is removed again when a stage fails
    caf::replies_to<create_key>::with<created_key>,
    // checked at the ECS first, then stored; a claim then pulls the Deltas
    caf::replies_to<import_key>::with<imported_key>,
    // without the ECS; delta_conflict unless it is the next Delta or known
    caf::replies_to<import_delta>::with<imported_delta>, says_status>;
template <>
inline constexpr auto floor_of<delta_sync_actor> = actor_floor::delta_sync;

/// The decision flow of reference section 10: one request in, one contiguous range out. Blocking, detached.
using claimant_actor = caf::typed_actor<caf::replies_to<claim_request>::with<claimed_range>,
    // delta_conflict unless the newest local Delta is the ECS's newest; no cached claim is touched -> the Delta after
    // it
    caf::replies_to<fast_forward>::with<ecs_delta>, says_status>;
template <>
inline constexpr auto floor_of<claimant_actor> = actor_floor::claimant;

/// Shows how far a file_job is.
using progress_actor = caf::typed_actor<caf::reacts_to<progress>,
    // wipes what is shown, so that the terminal is free for output
    caf::replies_to<end_progress>::with<void>>;
template <>
inline constexpr auto floor_of<progress_actor> = actor_floor::helper;

/// The input of one file_job, read ahead while chunks before are hashed. Blocking, detached.
using file_reader_actor = caf::typed_actor<caf::replies_to<read_chunk>::with<chunk_ptr>>;
template <>
inline constexpr auto floor_of<file_reader_actor> = actor_floor::helper;

/// Brings the output of one file_writer to the disk while more is written. Blocking, detached; made for large files.
using file_flusher_actor = caf::typed_actor<caf::replies_to<flush_output>::with<void>>;
template <>
inline constexpr auto floor_of<file_flusher_actor> = actor_floor::helper;

/// The output of one file_job, written beside its reading and hashing. Blocking, detached; ends after finish or
/// discard.
using file_writer_actor = caf::typed_actor<
    // the chunk back when it is written
    caf::replies_to<chunk_ptr>::with<chunk_ptr>,
    // the file appears, durable
    caf::replies_to<finish_output>::with<void>,
    // nothing is left behind
    caf::replies_to<discard_output>::with<void>>;
template <>
inline constexpr auto floor_of<file_writer_actor> = actor_floor::stores;

/// One file, encrypted, decrypted or verified; ends after its answer. Detached: it hashes.
/// Whatever goes wrong, nothing is left behind.
using file_job_actor =
    caf::typed_actor<caf::replies_to<encrypt_file>::with<file_report>, caf::replies_to<decrypt_file>::with<file_report>,
        // a large file of a tree
        caf::replies_to<encrypt_tree_file>::with<file_report>, caf::replies_to<decrypt_tree_file>::with<file_report>>;
template <>
inline constexpr auto floor_of<file_job_actor> = actor_floor::file_job;

/// Takes small files, group after group, in memory. Blocking, detached.
using tree_worker_actor = caf::typed_actor<
    // one result a file; an error ends the whole run: without key or claim the other groups would fail as well
    caf::replies_to<file_group>::with<std::vector<file_result>>>;
template <>
inline constexpr auto floor_of<tree_worker_actor> = actor_floor::file_job;

/// Whole trees: walks, bounds what is under way, keeps the journal, reports; ends after its answer. Detached.
using batch_actor = caf::typed_actor<
    // what failed alone stands in the report; an error means that the run stopped, and can be resumed
    caf::replies_to<encrypt_tree>::with<tree_report_ptr>, caf::replies_to<decrypt_tree>::with<tree_report_ptr>,
    caf::reacts_to<part_progress>>;
template <>
inline constexpr auto floor_of<batch_actor> = actor_floor::batch;

/// The actors of one process, as the supervisor holds them now.
struct services {
    config_actor config;
    key_store_actor key_store;
    claim_cache_actor claim_cache;
    ecs_directory_actor ecs_directory;
    cipher_pool_actor cipher_pool;
    delta_sync_actor delta_sync;
    claimant_actor claimant;
};
struct get_services {};

/// Starts the others and starts a crashed one anew; the request that crashed it has failed already.
using supervisor_actor = caf::typed_actor<caf::replies_to<get_services>::with<services>,
    // of the others: the supervisor waits a moment for each, and blocks nobody meanwhile
    caf::replies_to<get_all_status>::with<std::vector<actor_status>>>;
template <>
inline constexpr auto floor_of<supervisor_actor> = actor_floor::supervisor;

} // namespace omegasafe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::accept_range)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::actor_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::add_iteration)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::add_iterations)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::answer_invite)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::blob_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::cache_entries_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::chunk_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::cipher_chunk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::claim_alpha_positions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::claim_delta_positions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::claim_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::claimed_range)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::connect_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::connect_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_cache_entries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_cache_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_ecs_storage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_http_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_root)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::create_sfc_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::created_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::decrypt_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::decrypt_tree_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::decrypt_tree)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::delete_ecs_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::delete_ecs_storage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::discard_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::discard_pending_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::download_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::draw_piece)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_connections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_entry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::ecs_storage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::edit_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::edit_ecs_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::edit_ecs_storage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::encrypt_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::encrypt_tree_file)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::encrypt_tree)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::end_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::fast_forward)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::file_group)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::file_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::finish_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::flush_output)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::generate_maps)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_all_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_connections)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_container_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_ecs_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_key_layer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_key_limits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_latest_version)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_layer_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_pending_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_services)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_settings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::get_status)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::import_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::import_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::import_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::imported_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::imported_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::invite_to_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::iterations_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::keep_pending_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::key_invite)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::key_iteration_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::key_layer_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::key_limits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::key_material_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::layer_in_use)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_cache_entries)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_deltas)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_ecs_storages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_key_ends)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_key_invites)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_key_iterations)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_key_shares)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::list_layer_passwords)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::load_iteration)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::part_progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::password_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::passwords_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::pin_key_layer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::position_range)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::progress)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::pull_deltas)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::pull_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::read_chunk)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::register_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::remember_layer_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::remove_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::renew_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::resolve_ecs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::revoke_key_share)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::services)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::set_config)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::set_key_layer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::settings_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::sub_claim)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::tree_report_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::take_key_layer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::upload_delta)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(omegasafe::view_ecs_storage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<omegasafe::position_range>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::actor_status>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::ecs_delta>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::ecs_entry>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::ecs_storage>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::file_result>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::key_invite>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<omegasafe::key_share>)
