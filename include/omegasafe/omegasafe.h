/// @file
/// The C API of omegasafe, for C and for every language that can call C: an opened config root, its keys, and files,
/// buffers and streams encrypted, decrypted and verified. It is a layer over the C++ API (client.hpp), which can do
/// more.
///
/// **Results.** A function that can fail returns a code, 0 when it succeeded. Its last argument takes the address of an
/// error: on failure what went wrong is stored there, else NULL. The argument itself may be NULL, and so may the
/// address of any other result that is not wanted; other pointers may be NULL only where it says so, else the call
/// fails with OMEGASAFE_USAGE and does nothing. After a failure all results are NULL or 0.
///
/// **Ownership.** What a function stores under an address belongs to the caller until omegasafe_free(); everything that
/// hangs on it (texts, arrays) goes with it. What the caller hands in is only used during the call.
///
/// **Structures** are made by the library alone, and later versions append members: never copy one, never make one.
///
/// **Texts** end with 0. UUIDs are texts of 36 characters, positions decimal texts (they pass 2^64), sizes are in
/// bytes, paths and names the bytes of the file system, everything else is UTF-8. Secrets are never in texts of the
/// library.
///
/// **Threads.** Every function may be called from several threads at once, with one client too. A callback must not
/// call omegasafe_close() on its own client, and no function that does long work for the call it belongs to; all else
/// it may. No C++ exception leaves the library, and none needs to be kept from it: a callback that throws has stopped
/// its call.
///
/// docs/library.md says what holds after a crash, and what later versions may change.
#pragma once

#include <omegasafe/export.hpp>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a function returns. The numbers are the exit codes of the program `omegasafe` (docs/exit-codes.md): one keeps
/// its meaning for ever, new ones may come.
enum omegasafe_code {
    OMEGASAFE_OK = 0,                  ///< success
    OMEGASAFE_INTERNAL = 1,            ///< a bug, a part that crashed, or no memory
    OMEGASAFE_USAGE = 2,               ///< a wrong argument: NULL, a closed client, a bad UUID, a buffer too small
    OMEGASAFE_ABORTED = 3,             ///< a callback stopped the call; nothing was left behind
    OMEGASAFE_PARTLY_FAILED = 4,       ///< some of several things failed
    OMEGASAFE_INPUT_UNREADABLE = 10,   ///< the input is missing, a folder, or not readable
    OMEGASAFE_OUTPUT_REFUSED = 11,     ///< the target exists or cannot be made there
    OMEGASAFE_IO_FAILED = 12,          ///< reading or writing failed: full disk, device error
    OMEGASAFE_CONFIG_MISSING = 20,     ///< the config root is not initialised, or only half
    OMEGASAFE_CONFIG_EXISTS = 21,      ///< there is a configuration already
    OMEGASAFE_CONFIG_INVALID = 22,     ///< config.ini cannot be used
    OMEGASAFE_PASSWORD_MISSING = 30,   ///< no configuration password was found
    OMEGASAFE_PASSWORD_WRONG = 31,     ///< a local container did not open with the configuration password
    OMEGASAFE_LAYER_PASSWORD = 32,     ///< the password of the AES-256-GCM layer is missing or wrong
    OMEGASAFE_CONTAINER_DAMAGED = 40,  ///< cut short, altered or no container
    OMEGASAFE_CONTAINER_NEWER = 41,    ///< of a format version that this library does not know
    OMEGASAFE_INTEGRITY_FAILED = 42,   ///< decrypted length or SHA-256 differ
    OMEGASAFE_KEY_UNKNOWN = 50,        ///< no key of that UUID
    OMEGASAFE_ALPHA_MISSING = 51,      ///< the key's Alpha is not on this device
    OMEGASAFE_DELTA_MISSING = 52,      ///< a needed Delta is neither here nor to be had
    OMEGASAFE_DELTA_CONFLICT = 53,     ///< device and ECS have different Deltas of one sequence number
    OMEGASAFE_ECS_UNKNOWN = 60,        ///< no External Claims Storage of that UUID, or none
    OMEGASAFE_ECS_AMBIGUOUS = 61,      ///< several ECS and no default
    OMEGASAFE_ECS_EXISTS = 62,         ///< name, path or URL of the ECS is used already
    OMEGASAFE_ECS_UNAVAILABLE = 63,    ///< the ECS cannot be reached
    OMEGASAFE_ECS_AUTHENTICATION = 64, ///< the ECS refused the API key
    OMEGASAFE_ECS_REJECTED = 65,       ///< the ECS refused for another reason
    OMEGASAFE_ECS_FULL = 66,           ///< the key's capacity is used up
    OMEGASAFE_ECS_TYPE_MISMATCH = 67,  ///< that is for the other type of ECS
    OMEGASAFE_UNSAFE_CLAIM = 70,       ///< the ECS gave positions that were used before
    OMEGASAFE_CLAIM_INSUFFICIENT = 71, ///< offline, and no claim held here is large enough
    OMEGASAFE_FILE_TOO_LARGE = 72,     ///< larger than one iteration of the key
    OMEGASAFE_LOCK_TIMEOUT = 80,       ///< another process held a lock for too long
    OMEGASAFE_KEYRING_FAILED = 81      ///< the desktop keyring answered with an error
};

/// Flags of a call, added together.
enum omegasafe_flags {
    OMEGASAFE_OVERWRITE = 1 ///< replace an existing output, at once and whole
};

/// How grave a sentence of the log is.
enum omegasafe_level {
    OMEGASAFE_LOG_DEBUG = 0,   ///< what the parts of the library did
    OMEGASAFE_LOG_INFO = 1,    ///< what a user may like to know
    OMEGASAFE_LOG_WARNING = 2, ///< something did not work, the call went on
    OMEGASAFE_LOG_ERROR = 3    ///< something is broken
};

/// Why a call failed.
typedef struct omegasafe_error {
    int code;             ///< one of omegasafe_code: what the call returned
    int exit_code;        ///< what a program that ends because of it should exit with
    const char* name;     ///< of the code, "ecs_unavailable"; never changes
    const char* sentence; ///< for the user: names the thing and mostly the way out
    const char* hint;     ///< what to do about this code in general; NULL when there is nothing to say
    const char* detail;   ///< for programs: of OMEGASAFE_ECS_FULL the positions left, else empty
} omegasafe_error;

/// An opened config root with its threads. It is a ticket, not an address: using one that was closed is an error
/// (OMEGASAFE_USAGE), never undefined.
typedef struct omegasafe_client omegasafe_client;

/// One key whose Alpha is on this device.
typedef struct omegasafe_key {
    const char* key_uuid;        ///< names it in every call
    const char* name;            ///< as it was made
    uint32_t nucleus_bytes;      ///< nominal size of the nucleus
    uint32_t rotor_bytes;        ///< nominal size of each rotor
    uint32_t rotors;             ///< number of rotors
    const char* remaining;       ///< positions left in all; NULL when the ECS could not say
    const char* total;           ///< positions of the whole key; NULL when the ECS could not say
    const char* delta_uuid;      ///< newest Delta; NULL when there is none or the ECS could not say
    uint64_t delta_sequence;     ///< its number, from 1; 0 without
    const char* delta_remaining; ///< positions left in it; NULL without
    const char* ecs_uuid;        ///< its External Claims Storage; NULL when it is linked to none
    const char* ecs_name;        ///< NULL when it is not configured here
    const char* ecs_status; ///< "available", "authentication error", "unreachable", "unavailable", "not configured"
} omegasafe_key;

/// Keys by name.
typedef struct omegasafe_keys {
    size_t count;                     ///< how many
    const omegasafe_key* const* keys; ///< `count` of them
} omegasafe_keys;

/// What came of a file.
typedef struct omegasafe_report {
    const char* output;      ///< path of the file that was made; empty when none was
    uint64_t bytes;          ///< of the plain data
    uint64_t positions;      ///< of the key, used or read
    const char* key_uuid;    ///< of the key
    uint64_t delta_sequence; ///< of the Delta
    double seconds;          ///< how long it took
    int layer;               ///< 1 when the encrypted file lies in the AES-256-GCM layer
    int authenticated;       ///< 1 when a key said that it is genuine: that of its tag or the layer's
    unsigned format_version; ///< of encrypted files
    int layer_missing;       ///< 1 when it was read without the layer although its key has a layer password
} omegasafe_report;

/// One entry of a container.
typedef struct omegasafe_entry {
    const char* uuid; ///< names it in the container
    const char* name; ///< empty when it is none of ours
    uint64_t length;  ///< bytes of its content
} omegasafe_entry;

/// What a container says without being decrypted.
typedef struct omegasafe_inspection {
    const char* path;                      ///< as it was given
    unsigned format_version;               ///< of the container
    int password_protected;                ///< 1 with the AES-256-GCM layer, else 0
    uint64_t size;                         ///< bytes of the whole file
    int entries_known;                     ///< 0 when they are sealed and no layer password fits
    size_t entry_count;                    ///< how many entries; 0 when they are not known
    const omegasafe_entry* const* entries; ///< `entry_count` of them
    const char* key_uuid;                  ///< of an encrypted file; NULL for other containers
    const char* global_position_start;     ///< first position it used; NULL for other containers
    uint64_t encrypted_length;             ///< positions it used; 0 for other containers
} omegasafe_inspection;

/// Gives the configuration password: writes it to `buffer`, at most `capacity` bytes (no 0 at the end), and its length
/// to `size`. Returns 0, or anything else when there is none: the call that asked then fails with
/// OMEGASAFE_PASSWORD_MISSING. Called from any thread, once for a client, and again when it gave none; it must not use
/// its own client. The buffer is locked memory and wiped afterwards.
typedef int (*omegasafe_password_callback)(void* user, char* buffer, size_t capacity, size_t* size);

/// Hears how many of `total` bytes are done, as they are encrypted: name and filling count. Returns 0 to go on,
/// anything else to stop: the call then ends with OMEGASAFE_ABORTED and leaves nothing behind, of a stream only what
/// its output took already. Called from another thread than the caller's, one call at a time, at most ten times a
/// second, so for small data perhaps never; not after the call it belongs to has returned. While a stream is read,
/// `total` is 0; when it is decrypted, its bytes count twice, decrypted and given out.
typedef int (*omegasafe_progress_callback)(void* user, uint64_t done, uint64_t total);

/// Gives the next bytes of a stream: writes them to `buffer`, at most `capacity` bytes (never 0), and how many to
/// `size`, which is 0 at first. Leaves 0 there at the end of the stream, and is not called again then. Returns 0 to go
/// on, anything else to stop: the call then ends with OMEGASAFE_ABORTED. Called from the caller's thread.
typedef int (*omegasafe_read_callback)(void* user, uint8_t* buffer, size_t capacity, size_t* size);

/// Takes the next bytes of a stream, all `size` of them (never 0), which are the library's: copy what is to stay.
/// Returns 0 to go on, anything else to stop: the call then ends with OMEGASAFE_ABORTED. Called from the caller's
/// thread.
typedef int (*omegasafe_write_callback)(void* user, const uint8_t* bytes, size_t size);

/// Hears one sentence of the log, without a line end, never a secret; `level` is an omegasafe_level. Called from any
/// thread, several at once; must not call the library.
typedef void (*omegasafe_log_callback)(void* user, int level, const char* sentence);

/// The version of the library, "1.2.3". Static: not to be freed.
OMEGASAFE_API const char* omegasafe_version(void);

/// Gives back what a function stored for the caller; contents are wiped first when they were secret. NULL, and what is
/// not (any more) the caller's, is ignored.
OMEGASAFE_API void omegasafe_free(const void* memory);

/// Sets the listener of the log of this process; NULL: nobody hears, as at first. Sentences below `least` (an
/// omegasafe_level) are not made. It may still be called once or twice while this returns.
OMEGASAFE_API int omegasafe_set_log(omegasafe_log_callback callback, void* user, int least, omegasafe_error** error);

/// Opens a config root. Costs about a millisecond; the password is asked for by the first call that needs it.
/// @param config_dir the root; NULL: OMEGASAFE_CONFIG_DIR, else ~/.omegasafe
/// @param threads for the cipher, 1 to 256; 0: one per core
/// @param password NULL: environment, password file or desktop keyring
/// @param user handed to `password`; must live until omegasafe_close()
/// @param client the opened root, until omegasafe_close()
/// @param error why it failed
/// @return OMEGASAFE_CONFIG_MISSING when it is not or half initialised, OMEGASAFE_CONFIG_INVALID
OMEGASAFE_API int omegasafe_open(const char* config_dir, unsigned threads, omegasafe_password_callback password,
    void* user, omegasafe_client** client, omegasafe_error** error);

/// Closes a client: new calls with it are refused, and this one returns when those that other threads make have ended
/// as they would have.
/// @return OMEGASAFE_USAGE when it is NULL or closed already
OMEGASAFE_API int omegasafe_close(omegasafe_client* client, omegasafe_error** error);

/// All keys whose Alpha is on this device. An ECS that cannot be reached makes its part NULL and is a warning in the
/// log.
OMEGASAFE_API int omegasafe_list_keys(omegasafe_client* client, omegasafe_keys** keys, omegasafe_error** error);

/// Encrypts a file. The output appears whole, durable and under its name, or not at all.
/// @param client an opened root
/// @param input path of a file, which must not change meanwhile
/// @param output path of the file to make; its folder must be there
/// @param key_uuid of the key
/// @param flags 0 or OMEGASAFE_OVERWRITE
/// @param progress may be NULL
/// @param user handed to `progress`
/// @param report what came of it
/// @param error why it failed
/// @return OMEGASAFE_OUTPUT_REFUSED when the output exists, and others. Positions that were claimed stay used up.
OMEGASAFE_API int omegasafe_encrypt_file(omegasafe_client* client, const char* input, const char* output,
    const char* key_uuid, unsigned flags, omegasafe_progress_callback progress, void* user, omegasafe_report** report,
    omegasafe_error** error);

/// Decrypts a file. The output appears whole, verified, durable and under its name, or not at all.
/// @param client an opened root
/// @param input path of an encrypted file
/// @param output_folder must be there
/// @param name of the file to make; NULL: the name it was encrypted under
/// @param flags 0 or OMEGASAFE_OVERWRITE
/// @param progress may be NULL
/// @param user handed to `progress`
/// @param report what came of it; its `output` is the path
/// @param error why it failed
/// @return OMEGASAFE_INTEGRITY_FAILED, OMEGASAFE_CONTAINER_DAMAGED, OMEGASAFE_OUTPUT_REFUSED and others
OMEGASAFE_API int omegasafe_decrypt_file(omegasafe_client* client, const char* input, const char* output_folder,
    const char* name, unsigned flags, omegasafe_progress_callback progress, void* user, omegasafe_report** report,
    omegasafe_error** error);

/// Decrypts and checks a file as decrypting does, and writes nothing.
/// @return OMEGASAFE_INTEGRITY_FAILED, OMEGASAFE_CONTAINER_DAMAGED and others
OMEGASAFE_API int omegasafe_verify_file(omegasafe_client* client, const char* input,
    omegasafe_progress_callback progress, void* user, omegasafe_report** report, omegasafe_error** error);

/// Encrypts bytes in memory: the result is what an encrypted file holds.
/// @param client an opened root
/// @param content the bytes; may be NULL when `size` is 0
/// @param size how many
/// @param name a plain file name, 1 to 255 bytes, that decrypting will give back
/// @param key_uuid of the key
/// @param encrypted the encrypted bytes
/// @param encrypted_size how many
/// @param error why it failed
/// @return OMEGASAFE_FILE_TOO_LARGE, OMEGASAFE_ECS_FULL and others
OMEGASAFE_API int omegasafe_encrypt_buffer(omegasafe_client* client, const uint8_t* content, size_t size,
    const char* name, const char* key_uuid, uint8_t** encrypted, size_t* encrypted_size, omegasafe_error** error);

/// Decrypts and checks bytes in memory. What comes back lies in locked memory and is wiped by omegasafe_free().
/// @param client an opened root
/// @param encrypted all bytes of an encrypted file
/// @param size how many
/// @param content the plain bytes; never NULL after success, also when there are none
/// @param content_size how many
/// @param name the file name that they were encrypted under
/// @param error why it failed
/// @return OMEGASAFE_INTEGRITY_FAILED, OMEGASAFE_CONTAINER_DAMAGED and others
OMEGASAFE_API int omegasafe_decrypt_buffer(omegasafe_client* client, const uint8_t* encrypted, size_t size,
    uint8_t** content, size_t* content_size, char** name, omegasafe_error** error);

/// The same into memory of the caller.
/// @param client an opened root
/// @param encrypted all bytes of an encrypted file
/// @param size how many
/// @param buffer where the plain bytes go; may be NULL when `capacity` is 0
/// @param capacity its bytes; `size` is always enough
/// @param content_size how many plain bytes there are, also when they did not fit
/// @param error why it failed
/// @return OMEGASAFE_USAGE when they do not fit; nothing is written then
OMEGASAFE_API int omegasafe_decrypt_into(omegasafe_client* client, const uint8_t* encrypted, size_t size,
    uint8_t* buffer, size_t capacity, size_t* content_size, omegasafe_error** error);

/// Encrypts a stream of any length through a sealed temporary file in $TMPDIR: what `write` gets is, in one pass, what
/// an encrypted file holds. Positions are claimed when `read` has come to its end, so none are used up when it fails
/// before. When the call fails later, `write` has got the beginning of an encrypted file, which nothing opens.
/// @param client an opened root
/// @param read gives the plain bytes
/// @param write takes the encrypted bytes
/// @param name a plain file name, 1 to 255 bytes, that decrypting will give back
/// @param key_uuid of the key
/// @param progress may be NULL
/// @param user handed to the three callbacks
/// @param report what came of it; its `output` is empty
/// @param error why it failed
/// @return OMEGASAFE_ABORTED, OMEGASAFE_FILE_TOO_LARGE, OMEGASAFE_IO_FAILED and others
OMEGASAFE_API int omegasafe_encrypt_stream(omegasafe_client* client, omegasafe_read_callback read,
    omegasafe_write_callback write, const char* name, const char* key_uuid, omegasafe_progress_callback progress,
    void* user, omegasafe_report** report, omegasafe_error** error);

/// Decrypts a stream that holds what an encrypted file holds. All of it is checked before `write` gets the first byte;
/// until then the plain bytes lie in a sealed temporary file in $TMPDIR.
/// @param client an opened root
/// @param read gives the encrypted bytes
/// @param write takes the plain bytes
/// @param progress may be NULL
/// @param user handed to the three callbacks
/// @param name the file name that they were encrypted under
/// @param report what came of it; its `output` is empty
/// @param error why it failed
/// @return OMEGASAFE_ABORTED, OMEGASAFE_INTEGRITY_FAILED, OMEGASAFE_CONTAINER_DAMAGED and others
OMEGASAFE_API int omegasafe_decrypt_stream(omegasafe_client* client, omegasafe_read_callback read,
    omegasafe_write_callback write, omegasafe_progress_callback progress, void* user, char** name,
    omegasafe_report** report, omegasafe_error** error);

/// Says of a container what it tells without being decrypted. Needs no client.
/// @param path of the container
/// @param config_dir the root whose layer passwords are tried on a sealed one; NULL as in omegasafe_open(); need not
/// exist
/// @param inspection what it says
/// @param error why it failed
/// @return OMEGASAFE_CONTAINER_DAMAGED when it is none, OMEGASAFE_CONTAINER_NEWER, OMEGASAFE_INPUT_UNREADABLE
OMEGASAFE_API int omegasafe_inspect(
    const char* path, const char* config_dir, omegasafe_inspection** inspection, omegasafe_error** error);

#ifdef __cplusplus
}
#endif
