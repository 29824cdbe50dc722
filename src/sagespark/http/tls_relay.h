#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sagespark/http/tls.h"

namespace sagespark::http {

/// Speaks TLS with clients, so that the server behind it need not: each client gets a local socket pair, one end for the
/// server, and what is inside the TLS records goes through it. All on the io context's thread.
class TlsRelay {
 public:
  struct Timeouts {
    std::chrono::milliseconds handshake;
    std::chrono::milliseconds write;  ///< Of one wait for a client to take bytes.
  };

  /// Fails when `identities` has none for clients that name no host.
  static Result<std::unique_ptr<TlsRelay>> Make(boost::asio::io_context& io, TlsIdentities identities, Timeouts timeouts);

  /// Whether a connection that begins with this byte speaks TLS: the type of a handshake record.
  static bool IsTls(char first_byte) { return first_byte == 0x16; }

  /// Shakes hands with the client at `socket`, whose first bytes are in `input`, and returns the server's end: an open socket
  /// that ends when the client does. Nothing when the handshake fails.
  boost::asio::awaitable<std::optional<boost::asio::ip::tcp::socket>> Accept(boost::asio::ip::tcp::socket socket,
                                                                             std::string input);

 private:
  TlsRelay(boost::asio::io_context& io, TlsIdentities identities, Timeouts timeouts)
      : io_(io), identities_(std::move(identities)), timeouts_(timeouts) {}

  Result<boost::asio::ssl::context*> ContextOf(const std::string& host);
  int ChooseContext(void* ssl);

  boost::asio::io_context& io_;
  const TlsIdentities identities_;
  const Timeouts timeouts_;
  std::map<std::string, std::unique_ptr<boost::asio::ssl::context>> contexts_;  ///< By host.
};

}  // namespace sagespark::http
