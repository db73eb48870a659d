// One connection of the HTTPS server, from handshake to close, as a coroutine on the I/O thread.
#pragma once

#include "server/http/https_server.hpp"
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <list>
#include <string>
#include <unordered_map>

namespace omegasafe::server {

/// What all connections share. Used on the I/O thread only, but for the two counters that may be read anywhere.
class session_context {
public:
    session_context(const settings& settings, request_handling handling);

    /// failure(config_invalid) when the files are no certificate with its key.
    void load_certificate();
    std::shared_ptr<boost::asio::ssl::context> tls() const { return tls_; }
    const settings& configured() const { return settings_; }
    const request_handling& handling() const { return handling_; }
    boost::asio::thread_pool& workers() { return workers_; }

    bool stopping() const noexcept { return stopping_; }
    std::size_t open() const noexcept { return open_; }
    /// Ends waiting connections; `when_empty` is called when the last one has gone, or now.
    void stop(std::function<void()> when_empty);
    void join_workers() { workers_.join(); }

    /// A connection between two requests, which stop() may end.
    using waiting_list = std::list<std::function<void()>>;
    waiting_list& waiting() { return waiting_; }
    void opened(const std::string& address);
    void closed(const std::string& address);
    /// Whether one more connection from this address is within the limits.
    bool has_room(const std::string& address) const;

private:
    const settings& settings_;
    request_handling handling_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    boost::asio::thread_pool workers_;
    waiting_list waiting_;
    std::function<void()> when_empty_;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> open_ = 0;
    std::unordered_map<std::string, std::size_t> open_from_; // by address
};

/// Of the other end, without port; empty when it has gone already.
std::string address_of(const boost::asio::ip::tcp::socket& socket);

/// Serves requests until the client goes, a limit is passed or the server stops.
boost::asio::awaitable<void> serve_connection(session_context& context, boost::asio::ip::tcp::socket socket);

} // namespace omegasafe::server
