// Everything runs as asynchronous operations on an io_context that the calling thread drives, one at a time: that is
// how Asio gives each of them a time-out. Requests are written by hand, so that the secret in them lies in locked
// memory only; Beast reads the answers.
#include "net/http_client.hpp"

#include "net/certificate_refusal.hpp"
#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <cstring>
#include <future>
#include <omegasafe/error.hpp>
#include <sys/socket.h>
#include <thread>

namespace omegasafe::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using clock = std::chrono::steady_clock;
using tcp = asio::ip::tcp;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
using endpoints = std::vector<tcp::endpoint>;

bool same_name(std::string_view a, std::string_view b) {
    return beast::iequals(beast::string_view{a.data(), a.size()}, beast::string_view{b.data(), b.size()});
}

bool has(const http_headers& headers, std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& header) { return same_name(header.first, name); });
}

/// Nothing that a server or user gave may begin another header or request.
void require_one_line(std::string_view text) {
    if (std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 127; }))
        throw failure(errc::ecs_rejected, "A control character in a request for the ECS was refused.");
}

/// Request line and headers, in locked memory: the API key is among them.
crypto::secure_bytes head_of(const http_request& request, const http_origin& origin) {
    const auto host = origin.text();
    const auto length = std::to_string(request.body.size());
    std::vector<std::string_view> parts{request.method, " ", request.target, " HTTP/1.1\r\n"};
    const auto add = [&](std::string_view name, std::string_view value) {
        require_one_line(name);
        require_one_line(value);
        parts.insert(parts.end(), {name, ": ", value, "\r\n"});
    };
    require_one_line(request.method);
    require_one_line(request.target);
    if (!has(request.headers, "Host"))
        add("Host", host);
    for (const auto& [name, value] : request.headers)
        add(name, value);
    if (!has(request.headers, "Content-Length") && (!request.body.empty() || request.method != "GET"))
        add("Content-Length", length);
    if (!request.bearer.empty()) {
        require_one_line(request.bearer);
        parts.insert(parts.end(), {"Authorization: Bearer ", request.bearer, "\r\n"});
    }
    parts.emplace_back("\r\n");
    std::size_t size = 0;
    for (const auto part : parts)
        size += part.size();
    crypto::secure_bytes head(size);
    auto* out = head.data();
    for (const auto part : parts)
        out = std::copy(part.begin(), part.end(), out);
    return head;
}

/// The system's look-up has no time-out of its own: it runs on a thread that is left behind when it takes too long.
std::optional<endpoints> look_up(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience) {
    error_code problem;
    if (const auto address = asio::ip::make_address(host, problem); !problem)
        return endpoints{{address, port}};
    std::packaged_task<endpoints()> task([host, port] {
        asio::io_context io;
        error_code none;
        endpoints found;
        for (const auto& entry : tcp::resolver{io}.resolve(host, std::to_string(port), none))
            found.push_back(entry.endpoint());
        return found;
    });
    auto answer = task.get_future();
    std::thread{std::move(task)}.detach();
    if (answer.wait_for(patience) != std::future_status::ready)
        return std::nullopt;
    return answer.get();
}

} // namespace

std::optional<std::string_view> http_response::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const auto& h) { return same_name(h.first, name); });
    return found == headers.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

/// What is read at once: bytes of an answer's body wait here before they are taken.
constexpr std::size_t read_bytes = 64 * 1024;

/// Bytes on the wire of a whole answer: an honest server's words between the chunks are fewer than what is in them.
std::uint64_t most_on_the_wire(const http_request& request) {
    return 2 * std::uint64_t{request.largest_answer} + 2 * limits::http_header_bytes;
}

/// 112 bits and more, RSA from 2,048 bits on; OpenSSL's own default may be lower.
constexpr int tls_security_level = 2;

class http_client::session {
public:
    session(http_origin origin, http_options options) : origin_(std::move(origin)), options_(std::move(options)) {
        tls_.set_default_verify_paths();
        tls_.set_verify_mode(options_.check_certificate ? asio::ssl::verify_peer : asio::ssl::verify_none);
        SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
        SSL_CTX_set_security_level(tls_.native_handle(), tls_security_level);
    }

    http_response send(const http_request& request) {
        const auto head = head_of(request, origin_);
        total_ = clock::now() + options_.times.total;
        if (stream_ && !still_open())
            stream_.reset();
        const bool kept = stream_ != nullptr;
        answer_begun_ = false;
        try {
            return exchange(head, request);
        } catch (const failure& problem) {
            stream_.reset();
            if (!kept || !request.repeatable || answer_begun_ || problem.code() != errc::ecs_unavailable)
                throw;
        }
        try {
            return exchange(head, request);
        } catch (const failure&) {
            stream_.reset();
            throw;
        }
    }

    std::uint64_t sent() const { return sent_; }
    const http_origin& origin() const { return origin_; }

private:
    http_response exchange(const crypto::secure_bytes& head, const http_request& request) {
        if (!stream_)
            open();
        return origin_.tls ? talk(*stream_, head, request) : talk(stream_->next_layer(), head, request);
    }

    /// What a server sends before it is asked is the end of the connection.
    bool still_open() {
        char byte = 0;
        const auto got = ::recv(lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && clock::now() < kept_until_;
    }

    // --- connecting ---

    void open() {
        const auto proxy = choose_proxy(origin_, options_.proxies);
        const auto& host = proxy ? proxy->host : origin_.host;
        const auto addresses = look_up(host, proxy ? proxy->port : origin_.port,
            std::chrono::ceil<std::chrono::milliseconds>(connect_deadline() - clock::now()));
        if (!addresses || addresses->empty())
            unavailable(what(proxy.has_value()) + (addresses ? " was not found; check its name and the network."
                                                             : " could not be looked up in time."));
        leftover_ = new_leftover();
        stream_ = std::make_unique<tls_stream>(io_, tls_);
        connect(*addresses, proxy.has_value());
        if (proxy)
            make_tunnel(*proxy);
        if (origin_.tls)
            shake_hands();
    }

    /// One address after the other; each gets its share of the time.
    void connect(const endpoints& addresses, bool to_proxy) {
        const auto deadline = connect_deadline();
        error_code problem;
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            const auto share = (deadline - clock::now()) / static_cast<int>(addresses.size() - i);
            problem = run([&](auto done) {
                lowest().expires_after(share);
                lowest().async_connect(addresses[i], done);
            });
            if (!problem) {
                lowest().socket().set_option(tcp::no_delay{true}, problem);
                return;
            }
            lowest().close();
        }
        if (problem == beast::error::timeout)
            unavailable(what(to_proxy) + " did not answer in time.");
        if (problem == asio::error::connection_refused)
            unavailable(what(to_proxy) + " refused the connection; is it running?");
        unavailable(what(to_proxy) + " cannot be reached (" + problem.message() + ").");
    }

    void make_tunnel(const http_proxy& proxy) {
        const auto bracketed = origin_.host.find(':') == std::string::npos ? origin_.host : "[" + origin_.host + "]";
        const auto target = bracketed + ":" + std::to_string(origin_.port);
        auto text = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
        if (!proxy.authorization.empty())
            text += "Proxy-Authorization: " + proxy.authorization + "\r\n";
        text += "\r\n";
        http::response_parser<http::empty_body> parser;
        parser.skip(true); // whatever follows the header is the tunnel's
        parser.header_limit(limits::http_header_bytes);
        const auto deadline = connect_deadline();
        auto& stream = stream_->next_layer();
        auto problem = run([&](auto done) {
            stream.expires_at(deadline);
            asio::async_write(stream, asio::buffer(text), done);
        });
        if (!problem)
            problem = run([&](auto done) {
                stream.expires_at(deadline);
                http::async_read_header(stream, leftover_, parser, done);
            });
        if (problem)
            unavailable(what(true) +
                        (problem == beast::error::timeout ? " did not answer in time." : " broke the connection."));
        if (parser.get().result_int() / 100 != 2)
            unavailable(what(true) + " refused a connection to " + origin_.text() + " (status " +
                        std::to_string(parser.get().result_int()) + ").");
        leftover_.clear();
    }

    void shake_hands() {
        auto* ssl = stream_->native_handle();
        error_code not_an_address;
        asio::ip::make_address(origin_.host, not_an_address);
        auto* parameters = SSL_get0_param(ssl);
        X509_VERIFY_PARAM_set_hostflags(
            parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
        const bool ready = not_an_address ? SSL_set_tlsext_host_name(ssl, origin_.host.c_str()) == 1 &&
                                                X509_VERIFY_PARAM_set1_host(parameters, origin_.host.c_str(), 0) == 1
                                          : X509_VERIFY_PARAM_set1_ip_asc(parameters, origin_.host.c_str()) == 1;
        if (!ready)
            unavailable("TLS with " + origin_.text() + " could not be prepared.");
        std::string refusal;
        stream_->set_verify_callback([&](bool accepted, asio::ssl::verify_context& check) {
            if (!accepted)
                refusal = certificate_refusal(origin_.text(), check.native_handle());
            return accepted;
        });
        const auto problem = run([&](auto done) {
            lowest().expires_at(connect_deadline());
            stream_->async_handshake(asio::ssl::stream_base::client, done);
        });
        if (!problem)
            return;
        if (problem == beast::error::timeout)
            unavailable(origin_.text() + " did not answer in time.");
        if (options_.check_certificate && !refusal.empty())
            unavailable(refusal, certificate_refused);
        unavailable("No secure connection to " + origin_.text() + " could be made (" + problem.message() +
                    "); is it an HTTPS server?");
    }

    // --- one request ---

    template <class Stream>
    http_response talk(Stream& stream, const crypto::secure_bytes& head, const http_request& request) {
        ++sent_;
        auto problem = write(stream, head.span());
        if (!problem)
            problem = write(stream, request.body);
        if (problem == beast::error::timeout)
            broken(problem);
        // A server may answer and close before it has read everything: what it says counts.
        try {
            auto answer = read(stream, request);
            if (problem)
                stream_.reset();
            return answer;
        } catch (const failure&) {
            if (problem)
                broken(problem);
            throw;
        }
    }

    template <class Stream>
    error_code write(Stream& stream, crypto::const_byte_span bytes) {
        while (!bytes.empty()) {
            std::size_t written = 0;
            const auto problem = run([&](auto done) {
                start_timer();
                stream.async_write_some(
                    asio::buffer(bytes.data(), bytes.size()), [&written, done](error_code e, std::size_t size) {
                        written = size;
                        done(e, size);
                    });
            });
            if (problem)
                return problem;
            bytes = bytes.subspan(written);
        }
        return {};
    }

    template <class Stream>
    http_response read(Stream& stream, const http_request& request) {
        std::uint64_t on_the_wire = 0;
        for (;;) {
            http::response_parser<http::vector_body<std::uint8_t>> parser;
            parser.header_limit(limits::http_header_bytes);
            parser.body_limit(request.largest_answer);
            parser.skip(request.method == "HEAD");
            while (!parser.is_done()) {
                const auto problem = run([&](auto done) {
                    start_timer();
                    http::async_read_some(
                        stream, leftover_, parser, [&on_the_wire, done](error_code e, std::size_t parsed) {
                            on_the_wire += parsed;
                            done(e, parsed);
                        });
                });
                answer_begun_ = answer_begun_ || parser.got_some();
                if (problem)
                    broken(problem);
                if (on_the_wire > most_on_the_wire(request))
                    too_large();
            }
            if (parser.get().result_int() / 100 == 1) // "100 Continue": the answer comes after it
                continue;
            return take(parser);
        }
    }

    template <class Parser>
    http_response take(Parser& parser) {
        http_response answer;
        answer.status = parser.get().result_int();
        for (const auto& field : parser.get())
            answer.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
        answer.body = std::move(parser.get().body());
        if (parser.keep_alive() && leftover_.size() == 0)
            kept_until_ = clock::now() + limits::http_keep;
        else
            stream_.reset();
        return answer;
    }

    // --- waiting and failing ---

    /// Starts one operation and drives it to its end.
    template <class Start>
    error_code run(Start start) {
        error_code result;
        start([&result](error_code problem, auto&&...) { result = problem; });
        io_.restart();
        io_.run();
        return result;
    }

    clock::time_point connect_deadline() const { return std::min(total_, clock::now() + options_.times.connect); }

    /// The parser waits in it for the ends of lines and of trailers: what fits is all that a server can make us keep.
    static beast::flat_buffer new_leftover() { return beast::flat_buffer{limits::http_header_bytes + read_bytes}; }

    void start_timer() { lowest().expires_at(std::min(total_, clock::now() + options_.times.idle)); }

    beast::tcp_stream& lowest() { return stream_->next_layer(); }

    std::string what(bool is_proxy) const {
        return is_proxy ? "The proxy on the way to " + origin_.text() : origin_.text();
    }

    [[noreturn]] static void unavailable(const std::string& sentence, std::string detail = {}) {
        throw failure(errc::ecs_unavailable, sentence, std::move(detail));
    }

    [[noreturn]] void too_large() const {
        throw failure(errc::ecs_rejected, "The answer of " + origin_.text() + " is larger than it may be.");
    }

    [[noreturn]] void broken(const error_code& problem) const {
        if (problem == beast::error::timeout)
            unavailable(origin_.text() + " did not answer in time.");
        if (problem == http::error::body_limit || problem == http::error::header_limit ||
            problem == http::error::buffer_overflow)
            too_large();
        // The two that tell of the connection, and not of what came over it.
        if (problem.category() == http::make_error_code(http::error::end_of_stream).category() &&
            problem != http::error::end_of_stream && problem != http::error::partial_message)
            throw failure(errc::ecs_rejected, origin_.text() + " answered with something that is not HTTP.");
        unavailable("The connection to " + origin_.text() + " broke before the answer was complete.");
    }

    http_origin origin_;
    http_options options_;
    asio::io_context io_{1};
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    std::unique_ptr<tls_stream> stream_;           // for plain HTTP only its next layer is used
    beast::flat_buffer leftover_ = new_leftover(); // read beyond what was parsed
    clock::time_point total_, kept_until_;
    std::uint64_t sent_ = 0;
    bool answer_begun_ = false;
};

http_client::http_client(http_origin origin, http_options options)
    : session_(std::make_unique<session>(std::move(origin), std::move(options))) {}
http_client::~http_client() = default;
http_client::http_client(http_client&& other) noexcept = default;
http_client& http_client::operator=(http_client&& other) noexcept = default;

http_response http_client::send(const http_request& request) {
    return session_->send(request);
}

std::uint64_t http_client::sent() const {
    return session_->sent();
}

const http_origin& http_client::origin() const {
    return session_->origin();
}

} // namespace omegasafe::net
