// The catalogue of CRC algorithms: https://reveng.sourceforge.io/crc-catalogue, and the names devices' papers use.
#include <algorithm>
#include <cctype>
#include <string>

#include "framing/crc.hpp"

namespace fieldgate::framing {

namespace {

struct Named {
  std::string_view name;
  CrcParameters parameters;
};

constexpr Named catalogue[] = {
    {"crc3_gsm", {3, 0x3, 0x0, false, false, 0x7}},
    {"crc3_rohc", {3, 0x3, 0x7, true, true, 0x0}},
    {"crc4_g_704", {4, 0x3, 0x0, true, true, 0x0}},
    {"crc4_interlaken", {4, 0x3, 0xf, false, false, 0xf}},
    {"crc5_epc_c1g2", {5, 0x9, 0x9, false, false, 0x0}},
    {"crc5_g_704", {5, 0x15, 0x0, true, true, 0x0}},
    {"crc5_usb", {5, 0x5, 0x1f, true, true, 0x1f}},
    {"crc6_cdma2000_a", {6, 0x27, 0x3f, false, false, 0x0}},
    {"crc6_cdma2000_b", {6, 0x7, 0x3f, false, false, 0x0}},
    {"crc6_darc", {6, 0x19, 0x0, true, true, 0x0}},
    {"crc6_g_704", {6, 0x3, 0x0, true, true, 0x0}},
    {"crc6_gsm", {6, 0x2f, 0x0, false, false, 0x3f}},
    {"crc7_mmc", {7, 0x9, 0x0, false, false, 0x0}},
    {"crc7_rohc", {7, 0x4f, 0x7f, true, true, 0x0}},
    {"crc7_umts", {7, 0x45, 0x0, false, false, 0x0}},
    {"crc8_autosar", {8, 0x2f, 0xff, false, false, 0xff}},
    {"crc8_bluetooth", {8, 0xa7, 0x0, true, true, 0x0}},
    {"crc8_cdma2000", {8, 0x9b, 0xff, false, false, 0x0}},
    {"crc8_darc", {8, 0x39, 0x0, true, true, 0x0}},
    {"crc8_dvb_s2", {8, 0xd5, 0x0, false, false, 0x0}},
    {"crc8_gsm_a", {8, 0x1d, 0x0, false, false, 0x0}},
    {"crc8_gsm_b", {8, 0x49, 0x0, false, false, 0xff}},
    {"crc8_hitag", {8, 0x1d, 0xff, false, false, 0x0}},
    {"crc8_i_432_1", {8, 0x7, 0x0, false, false, 0x55}},
    {"crc8_i_code", {8, 0x1d, 0xfd, false, false, 0x0}},
    {"crc8_lte", {8, 0x9b, 0x0, false, false, 0x0}},
    {"crc8_maxim_dow", {8, 0x31, 0x0, true, true, 0x0}},
    {"crc8_mifare_mad", {8, 0x1d, 0xc7, false, false, 0x0}},
    {"crc8_nrsc_5", {8, 0x31, 0xff, false, false, 0x0}},
    {"crc8_opensafety", {8, 0x2f, 0x0, false, false, 0x0}},
    {"crc8_rohc", {8, 0x7, 0xff, true, true, 0x0}},
    {"crc8_sae_j1850", {8, 0x1d, 0xff, false, false, 0xff}},
    {"crc8_smbus", {8, 0x7, 0x0, false, false, 0x0}},
    {"crc8_tech_3250", {8, 0x1d, 0xff, true, true, 0x0}},
    {"crc8_wcdma", {8, 0x9b, 0x0, true, true, 0x0}},
    {"crc10_atm", {10, 0x233, 0x0, false, false, 0x0}},
    {"crc10_cdma2000", {10, 0x3d9, 0x3ff, false, false, 0x0}},
    {"crc10_gsm", {10, 0x175, 0x0, false, false, 0x3ff}},
    {"crc11_flexray", {11, 0x385, 0x1a, false, false, 0x0}},
    {"crc11_umts", {11, 0x307, 0x0, false, false, 0x0}},
    {"crc12_cdma2000", {12, 0xf13, 0xfff, false, false, 0x0}},
    {"crc12_dect", {12, 0x80f, 0x0, false, false, 0x0}},
    {"crc12_gsm", {12, 0xd31, 0x0, false, false, 0xfff}},
    {"crc12_umts", {12, 0x80f, 0x0, false, true, 0x0}},
    {"crc13_bbc", {13, 0x1cf5, 0x0, false, false, 0x0}},
    {"crc14_darc", {14, 0x805, 0x0, true, true, 0x0}},
    {"crc14_gsm", {14, 0x202d, 0x0, false, false, 0x3fff}},
    {"crc15_can", {15, 0x4599, 0x0, false, false, 0x0}},
    {"crc15_mpt1327", {15, 0x6815, 0x0, false, false, 0x1}},
    {"crc16_arc", {16, 0x8005, 0x0, true, true, 0x0}},
    {"crc16_cdma2000", {16, 0xc867, 0xffff, false, false, 0x0}},
    {"crc16_cms", {16, 0x8005, 0xffff, false, false, 0x0}},
    {"crc16_dds_110", {16, 0x8005, 0x800d, false, false, 0x0}},
    {"crc16_dect_r", {16, 0x589, 0x0, false, false, 0x1}},
    {"crc16_dect_x", {16, 0x589, 0x0, false, false, 0x0}},
    {"crc16_dnp", {16, 0x3d65, 0x0, true, true, 0xffff}},
    {"crc16_en_13757", {16, 0x3d65, 0x0, false, false, 0xffff}},
    {"crc16_genibus", {16, 0x1021, 0xffff, false, false, 0xffff}},
    {"crc16_gsm", {16, 0x1021, 0x0, false, false, 0xffff}},
    {"crc16_ibm_3740", {16, 0x1021, 0xffff, false, false, 0x0}},
    {"crc16_ibm_sdlc", {16, 0x1021, 0xffff, true, true, 0xffff}},
    {"crc16_iso_iec_14443_3_a", {16, 0x1021, 0xc6c6, true, true, 0x0}},
    {"crc16_kermit", {16, 0x1021, 0x0, true, true, 0x0}},
    {"crc16_lj1200", {16, 0x6f63, 0x0, false, false, 0x0}},
    {"crc16_m17", {16, 0x5935, 0xffff, false, false, 0x0}},
    {"crc16_maxim_dow", {16, 0x8005, 0x0, true, true, 0xffff}},
    {"crc16_mcrf4xx", {16, 0x1021, 0xffff, true, true, 0x0}},
    {"crc16_modbus", {16, 0x8005, 0xffff, true, true, 0x0}},
    {"crc16_nrsc_5", {16, 0x80b, 0xffff, true, true, 0x0}},
    {"crc16_opensafety_a", {16, 0x5935, 0x0, false, false, 0x0}},
    {"crc16_opensafety_b", {16, 0x755b, 0x0, false, false, 0x0}},
    {"crc16_profibus", {16, 0x1dcf, 0xffff, false, false, 0xffff}},
    {"crc16_riello", {16, 0x1021, 0xb2aa, true, true, 0x0}},
    {"crc16_spi_fujitsu", {16, 0x1021, 0x1d0f, false, false, 0x0}},
    {"crc16_t10_dif", {16, 0x8bb7, 0x0, false, false, 0x0}},
    {"crc16_teledisk", {16, 0xa097, 0x0, false, false, 0x0}},
    {"crc16_tms37157", {16, 0x1021, 0x89ec, true, true, 0x0}},
    {"crc16_umts", {16, 0x8005, 0x0, false, false, 0x0}},
    {"crc16_usb", {16, 0x8005, 0xffff, true, true, 0xffff}},
    {"crc16_xmodem", {16, 0x1021, 0x0, false, false, 0x0}},
    {"crc17_can_fd", {17, 0x1685b, 0x0, false, false, 0x0}},
    {"crc21_can_fd", {21, 0x102899, 0x0, false, false, 0x0}},
    {"crc24_ble", {24, 0x65b, 0x555555, true, true, 0x0}},
    {"crc24_flexray_a", {24, 0x5d6dcb, 0xfedcba, false, false, 0x0}},
    {"crc24_flexray_b", {24, 0x5d6dcb, 0xabcdef, false, false, 0x0}},
    {"crc24_interlaken", {24, 0x328b63, 0xffffff, false, false, 0xffffff}},
    {"crc24_lte_a", {24, 0x864cfb, 0x0, false, false, 0x0}},
    {"crc24_lte_b", {24, 0x800063, 0x0, false, false, 0x0}},
    {"crc24_openpgp", {24, 0x864cfb, 0xb704ce, false, false, 0x0}},
    {"crc24_os_9", {24, 0x800063, 0xffffff, false, false, 0xffffff}},
    {"crc30_cdma", {30, 0x2030b9c7, 0x3fffffff, false, false, 0x3fffffff}},
    {"crc31_philips", {31, 0x4c11db7, 0x7fffffff, false, false, 0x7fffffff}},
    {"crc32_aixm", {32, 0x814141ab, 0x0, false, false, 0x0}},
    {"crc32_autosar", {32, 0xf4acfb13, 0xffffffff, true, true, 0xffffffff}},
    {"crc32_base91_d", {32, 0xa833982b, 0xffffffff, true, true, 0xffffffff}},
    {"crc32_bzip2", {32, 0x4c11db7, 0xffffffff, false, false, 0xffffffff}},
    {"crc32_cd_rom_edc", {32, 0x8001801b, 0x0, true, true, 0x0}},
    {"crc32_cksum", {32, 0x4c11db7, 0x0, false, false, 0xffffffff}},
    {"crc32_iscsi", {32, 0x1edc6f41, 0xffffffff, true, true, 0xffffffff}},
    {"crc32_iso_hdlc", {32, 0x4c11db7, 0xffffffff, true, true, 0xffffffff}},
    {"crc32_jamcrc", {32, 0x4c11db7, 0xffffffff, true, true, 0x0}},
    {"crc32_mef", {32, 0x741b8cd7, 0xffffffff, true, true, 0x0}},
    {"crc32_mpeg_2", {32, 0x4c11db7, 0xffffffff, false, false, 0x0}},
    {"crc32_xfer", {32, 0xaf, 0x0, false, false, 0x0}},
    {"crc40_gsm", {40, 0x4820009, 0x0, false, false, 0xffffffffff}},
    {"crc64_ecma_182", {64, 0x42f0e1eba9ea3693, 0x0, false, false, 0x0}},
    {"crc64_go_iso", {64, 0x1b, 0xffffffffffffffff, true, true, 0xffffffffffffffff}},
    {"crc64_ms", {64, 0x259c84cba6426349, 0xffffffffffffffff, true, true, 0x0}},
    {"crc64_nvme", {64, 0xad93d23594c93659, 0xffffffffffffffff, true, true, 0xffffffffffffffff}},
    {"crc64_redis", {64, 0xad93d23594c935a9, 0x0, true, true, 0x0}},
    {"crc64_we", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, false, false, 0xffffffffffffffff}},
    {"crc64_xz", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, true, true, 0xffffffffffffffff}},
    {"crc82_darc", {82, 0x111011401440411, 0x0, true, true, 0x0, 0x308c}},
};

struct Alias {
  std::string_view name;
  std::string_view stands_for;
};

/// Without `_`, as they are compared.
constexpr Alias aliases[] = {
    {"crc8", "crc8smbus"},
    {"crc8ccitt", "crc8smbus"},
    {"crc8maxim", "crc8maximdow"},
    {"crc8dallas", "crc8maximdow"},
    {"crc8egts", "crc8nrsc5"},
    {"crc8itu", "crc8i4321"},
    {"crc8atm", "crc8i4321"},
    {"crc8ebu", "crc8tech3250"},
    {"crc8aes", "crc8tech3250"},
    {"crc10", "crc10atm"},
    {"crc15", "crc15can"},
    {"crc16", "crc16arc"},
    {"crc16ibm", "crc16arc"},
    {"crc16lha", "crc16arc"},
    {"crc16x25", "crc16ibmsdlc"},
    {"crc16hdlc", "crc16ibmsdlc"},
    {"crc16isohdlc", "crc16ibmsdlc"},
    {"crc16b", "crc16ibmsdlc"},
    {"crc16ccitt", "crc16kermit"},
    {"crc16ccitttrue", "crc16kermit"},
    {"crc16v41lsb", "crc16kermit"},
    {"crc16ccittfalse", "crc16ibm3740"},
    {"crc16autosar", "crc16ibm3740"},
    {"crc16augccitt", "crc16spifujitsu"},
    {"crc16a", "crc16isoiec144433a"},
    {"crc16acorn", "crc16xmodem"},
    {"crc16lte", "crc16xmodem"},
    {"crc16v41msb", "crc16xmodem"},
    {"crc16zmodem", "crc16xmodem"},
    {"crc16buypass", "crc16umts"},
    {"crc16verifone", "crc16umts"},
    {"crc16maxim", "crc16maximdow"},
    {"crc16darc", "crc16genibus"},
    {"crc16epc", "crc16genibus"},
    {"crc16epcc1g2", "crc16genibus"},
    {"crc16icode", "crc16genibus"},
    {"crc16iec611582", "crc16profibus"},
    {"crc24", "crc24openpgp"},
    {"crc32", "crc32isohdlc"},
    {"crc32ethernet", "crc32isohdlc"},
    {"crc32adccp", "crc32isohdlc"},
    {"crc32v42", "crc32isohdlc"},
    {"crc32xz", "crc32isohdlc"},
    {"crc32pkzip", "crc32isohdlc"},
    {"crc32c", "crc32iscsi"},
    {"crc32castagnoli", "crc32iscsi"},
    {"crc32d", "crc32base91d"},
    {"crc32q", "crc32aixm"},
    {"crc32posix", "crc32cksum"},
    {"crc32aal5", "crc32bzip2"},
    {"crc32dectb", "crc32bzip2"},
    {"crc64", "crc64ecma182"},
    {"crc64goecma", "crc64xz"},
};

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return out;
}

}  // namespace

std::optional<CrcParameters> crc_called(std::string_view name) {
  std::string wanted = plain(name);
  for (const Alias& alias : aliases) {
    if (wanted == alias.name) wanted = alias.stands_for;
  }
  for (const Named& one : catalogue) {
    if (plain(one.name) == wanted) return one.parameters;
  }
  return std::nullopt;
}

std::vector<std::string_view> crc_names() {
  std::vector<std::string_view> names;
  for (const Named& one : catalogue) names.push_back(one.name);
  return names;
}

}  // namespace fieldgate::framing
