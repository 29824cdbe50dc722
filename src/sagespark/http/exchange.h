#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sagespark/http/server.h"

namespace sagespark::http {

/// How the body of a request is framed.
struct BodyFraming {
  bool chunked = false;
  uint64_t content_length = 0;     ///< When not chunked.
  bool expects_continue = false;
};

/// The body of one request and its reply, on a socket that nothing else uses meanwhile.
class Exchange final : public BodyReader, public ResponseWriter {
 public:
  /// `input` holds bytes that came behind the head; bytes behind the body are left in it.
  Exchange(int socket, std::string& input, const ServerOptions& options, BodyFraming framing, bool is_head,
           bool is_http10, bool keep_alive);

  Result<size_t> Read(char* buffer, size_t size) override;

  Status Send(const Response& response) override;
  Status Start(int status, const Headers& headers, std::optional<uint64_t> content_length) override;
  Status Write(std::string_view bytes) override;
  Status WriteFile(int file, uint64_t offset, uint64_t size) override;
  bool started() const override { return started_; }

  /// Ends the reply and takes what the handler left of the body, but does not wait for it long. True when the connection can serve
  /// another request; else it was shut in a way that lets the client read the reply.
  bool Finish();

  /// From now on the reply says that the connection ends.
  void DisableKeepAlive() { keep_alive_ = false; }

 private:
  Result<size_t> ReadFramed(char* buffer, size_t size);
  Result<size_t> ReadChunked(char* buffer, size_t size);
  Result<size_t> ReadUpTo(char* buffer, size_t size);
  Status BeginChunk();
  Result<std::string> ReadLine();
  Status Fill();
  Result<size_t> Receive(char* buffer, size_t size);
  Status SendHead(int status, const Headers& headers, std::optional<uint64_t> content_length,
                  std::string_view body);
  Status TakeRoom(uint64_t size);
  bool DrainBody();
  void LingerAndClose();

  const int socket_;
  std::string& input_;
  const ServerOptions& options_;
  BodyFraming framing_;
  const bool is_head_;
  const bool is_http10_;
  bool keep_alive_;

  uint64_t left_ = 0;             ///< Of the body, or of the current chunk.
  bool in_chunk_ = false;         ///< Between a chunk's size line and its end.
  bool body_done_ = false;
  uint64_t body_bytes_ = 0;
  uint64_t line_bytes_ = 0;       ///< Of chunk lines and trailers since the last data.
  std::chrono::nanoseconds waited_{0};
  std::chrono::milliseconds patience_;  ///< With one wait for bytes.
  std::optional<Error> body_error_;

  bool started_ = false;
  bool broken_ = false;           ///< The reply could not be sent whole.
  bool write_chunked_ = false;
  std::optional<uint64_t> write_left_;
};

}  // namespace sagespark::http
