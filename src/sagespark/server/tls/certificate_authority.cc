#include "sagespark/server/tls/certificate_authority.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "sagespark/server/store/whole_file.h"

namespace sagespark::server {
namespace {

constexpr long kDay = 24 * 60 * 60;
constexpr long kAuthorityDays = 3650;
constexpr long kIdentityDays = 397;  // What clients allow at most.

/// The names for which the authority's signature counts. Addresses are not limited: a server may listen at any.
constexpr const char* kPermitted =
    "critical,permitted;DNS:amazonaws.com,permitted;DNS:amazonaws.com.cn,permitted;DNS:localhost";

struct Deleter {
  void operator()(BIO* value) const { BIO_free_all(value); }
  void operator()(EVP_PKEY* value) const { EVP_PKEY_free(value); }
  void operator()(X509* value) const { X509_free(value); }
  void operator()(X509_EXTENSION* value) const { X509_EXTENSION_free(value); }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

Error Failed(const std::string& what) {
  char reason[256] = "unknown error";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, reason, sizeof(reason));
  ERR_clear_error();
  return InternalError(what + ": " + reason);
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string Pem(X509* certificate) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOf(bio.get());
}

std::string Pem(EVP_PKEY* key) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio.get());
}

struct Extension {
  int nid;
  std::string value;
};

/// A certificate of `key` for `days` from yesterday on (clocks differ), without its signature. `issuer` null: its own.
Result<Owned<X509>> Unsigned(EVP_PKEY* key, const std::string& common_name, X509* issuer, long days,
                             const std::vector<Extension>& extensions) {
  Owned<X509> certificate(X509_new());
  X509* const raw = certificate.get();
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof(serial)) != 1) return Failed("No random bytes");
  serial[0] &= 0x7f;  // Positive.
  BIGNUM* const number = BN_bin2bn(serial, sizeof(serial), nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw));
  BN_free(number);
  X509_set_version(raw, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(raw), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(raw), days * kDay);
  X509_NAME* const name = X509_get_subject_name(raw);
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("sagespark"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  X509_set_issuer_name(raw, issuer == nullptr ? name : X509_get_subject_name(issuer));
  if (X509_set_pubkey(raw, key) != 1) return Failed("Certificate takes no key");
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer == nullptr ? raw : issuer, raw, nullptr, nullptr, 0);
  for (const Extension& extension : extensions) {
    const Owned<X509_EXTENSION> made(X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value.c_str()));
    if (made == nullptr || X509_add_ext(raw, made.get(), -1) != 1) return Failed("Certificate takes no " + extension.value);
  }
  return certificate;
}

Result<Owned<EVP_PKEY>> NewKey() {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  if (key == nullptr) return Failed("No key can be made");
  return key;
}

Status Sign(X509* certificate, EVP_PKEY* authority) {
  if (X509_sign(certificate, authority, EVP_sha256()) == 0) return Failed("Certificate cannot be signed");
  return Status::Ok();
}

}  // namespace

struct CertificateAuthority::Files {
  std::string certificate_pem;
  Owned<X509> certificate;
  Owned<EVP_PKEY> key;
};

CertificateAuthority::CertificateAuthority(std::unique_ptr<Files> files) : files_(std::move(files)) {}
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

Status CertificateAuthority::Create(const std::filesystem::path& folder) {
  SAGESPARK_ASSIGN_OR_RETURN(const Owned<EVP_PKEY> key, NewKey());
  SAGESPARK_ASSIGN_OR_RETURN(const Owned<X509> certificate,
                             Unsigned(key.get(), "sagespark local cloud", nullptr, kAuthorityDays,
                                      {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                                       {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                       {NID_subject_key_identifier, "hash"},
                                       {NID_name_constraints, kPermitted}}));
  SAGESPARK_RETURN_IF_ERROR(Sign(certificate.get(), key.get()));
  // The key first: a certificate is there only with its key.
  SAGESPARK_RETURN_IF_ERROR(WriteWholeFile(folder / "ca.key", Pem(key.get()), 0600));
  return WriteWholeFile(CertificatePath(folder), Pem(certificate.get()), 0644);
}

Result<CertificateAuthority> CertificateAuthority::OpenOrCreate(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(CertificatePath(folder))) SAGESPARK_RETURN_IF_ERROR(Create(folder));
  auto files = std::make_unique<Files>();
  SAGESPARK_ASSIGN_OR_RETURN(files->certificate_pem, ReadWholeFile(CertificatePath(folder)));
  SAGESPARK_ASSIGN_OR_RETURN(const std::string key, ReadWholeFile(folder / "ca.key"));
  const Owned<BIO> certificate_text(BIO_new_mem_buf(files->certificate_pem.data(), static_cast<int>(files->certificate_pem.size())));
  const Owned<BIO> key_text(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  files->certificate.reset(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
  files->key.reset(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  const bool match = files->certificate != nullptr && files->key != nullptr &&
                     X509_check_private_key(files->certificate.get(), files->key.get()) == 1;
  ERR_clear_error();
  if (!match) {
    return CorruptData("File is damaged: " + CertificatePath(folder).string() +
                       " and ca.key beside it belong together; delete both to have new ones made");
  }
  return CertificateAuthority(std::move(files));
}

Result<http::TlsIdentity> CertificateAuthority::Issue(const std::vector<std::string>& names,
                                                      const std::vector<std::string>& addresses) const {
  std::string alternatives;
  for (const std::string& name : names) alternatives += (alternatives.empty() ? "DNS:" : ",DNS:") + name;
  for (const std::string& address : addresses) alternatives += (alternatives.empty() ? "IP:" : ",IP:") + address;
  SAGESPARK_ASSIGN_OR_RETURN(const Owned<EVP_PKEY> key, NewKey());
  // A common name has 64 characters at most; clients look at the alternative names.
  const std::string common_name = (names.empty() ? addresses : names).front().substr(0, 64);
  SAGESPARK_ASSIGN_OR_RETURN(const Owned<X509> certificate,
                             Unsigned(key.get(), common_name, files_->certificate.get(), kIdentityDays,
                                      {{NID_basic_constraints, "critical,CA:FALSE"},
                                       {NID_key_usage, "critical,digitalSignature"},
                                       {NID_ext_key_usage, "serverAuth"},
                                       {NID_authority_key_identifier, "keyid"},
                                       {NID_subject_alt_name, alternatives}}));
  SAGESPARK_RETURN_IF_ERROR(Sign(certificate.get(), files_->key.get()));
  return http::TlsIdentity{.certificate_chain = Pem(certificate.get()) + files_->certificate_pem, .private_key = Pem(key.get())};
}

}  // namespace sagespark::server
