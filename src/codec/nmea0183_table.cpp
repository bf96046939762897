// The names of the fields of NMEA 0183's sentences; they are those of pynmea2, which operators may know.
#include <algorithm>
#include <iterator>
#include <utility>

#include "codec/nmea0183.hpp"

namespace fieldgate::codec {

namespace {

using Entry = std::pair<std::string_view, std::string_view>;

constexpr Entry sentences[] = {
    {"AAM", "arrival_circ_entered perp_passed circle_rad# circle_unit waypoint_id"},
    {"ALR", "timestamp@ alarm_num alarm_con alarm_state description"},
    {"APB",
     "status_gen_warn status_cycle_warn cross_track_err_mag# dir_steer cross_track_unit arr_circle_entered "
     "perp_passed bearing_to_dest# bearing_type dest_waypoint_id bearing_pres_dest# bearing_pres_dest_type "
     "heading_to_dest# heading_to_dest_type"},
    {"BOD", "bearing_t# bearing_t_type bearing_mag# bearing_mag_type dest start"},
    {"BWC",
     "timestamp@ lat_next lat_next_direction lon_next lon_next_direction true_track# true_track_sym mag_track# "
     "mag_sym range_next# range_unit waypoint_name"},
    {"BWR",
     "timestamp@ lat_next lat_next_direction lon_next lon_next_direction true_track# true_track_sym mag_track# "
     "mag_sym range_next# range_unit waypoint_name"},
    {"BWW",
     "bearing_deg_true# bearing_deg_true_sym bearing_deg_mag# bearing_deg_mag_sym waypoint_id_dest "
     "waypoint_id_orig"},
    {"DBK", "depth_feet# unit_feet depth_meters# unit_meters depth_fathoms# unit_fathoms"},
    {"DBS", "depth_feet# unit_feet depth_meters# unit_meters depth_fathoms# unit_fathoms"},
    {"DBT", "depth_feet# unit_feet depth_meters# unit_meters depth_fathoms# unit_fathoms"},
    {"DPT", "depth# offset# range#"},
    {"DTM", "datum datum_subcode lat_offset# lat_offset_dir lon_offset# lon_offset_dir alt_offset# datum_name"},
    {"GBS", "timestamp@ lat_err# lon_err# alt_err# sat_prn_num_f prob_miss# bias# std_dev_bias#"},
    {"GGA",
     "timestamp@ lat lat_dir lon lon_dir gps_qual^ num_sats# horizontal_dil# altitude# altitude_units geo_sep# "
     "geo_sep_units age_gps_data# ref_station_id"},
    {"GLL", "lat lat_dir lon lon_dir timestamp@ status! faa_mode"},
    {"GNS",
     "timestamp@ lat lat_dir lon lon_dir mode_indicator num_sats# hdop# altitude# geo_sep# age_gps_data# "
     "differential"},
    {"GRS",
     "timestamp@ residuals_mode sv_res_01# sv_res_02# sv_res_03# sv_res_04# sv_res_05# sv_res_06# sv_res_07# "
     "sv_res_08# sv_res_09# sv_res_10# sv_res_11# sv_res_12#"},
    {"GSA",
     "mode mode_fix_type# sv_id01 sv_id02 sv_id03 sv_id04 sv_id05 sv_id06 sv_id07 sv_id08 sv_id09 sv_id10 "
     "sv_id11 sv_id12 pdop# hdop# vdop#"},
    {"GST",
     "timestamp@ rms# std_dev_major# std_dev_minor# orientation# std_dev_latitude# std_dev_longitude# "
     "std_dev_altitude#"},
    {"GSV",
     "num_messages# msg_num# num_sv_in_view# sv_prn_num_1 elevation_deg_1# azimuth_1# snr_1# sv_prn_num_2 "
     "elevation_deg_2# azimuth_2# snr_2# sv_prn_num_3 elevation_deg_3# azimuth_3# snr_3# sv_prn_num_4 "
     "elevation_deg_4# azimuth_4# snr_4#"},
    {"HDG", "heading# deviation# dev_dir variation# var_dir"},
    {"HDM", "heading# magnetic"},
    {"HDT", "heading# hdg_true"},
    {"MDA",
     "b_pressure_inch# inches b_pressure_bar# bars air_temp# a_celsius water_temp# w_celsius rel_humidity# "
     "abs_humidity# dew_point# d_celsius direction_true# true direction_magnetic# magnetic wind_speed_knots# "
     "knots wind_speed_meters# meters"},
    {"MTW", "temperature# units"},
    {"MWD", "direction_true# true direction_magnetic# magnetic wind_speed_knots# knots wind_speed_meters# meters"},
    {"MWV", "wind_angle# reference wind_speed# wind_speed_units status!"},
    {"R00", "waypoint_list*"},
    {"RMB",
     "status! cross_track_error# cte_correction_dir origin_waypoint_id dest_waypoint_id dest_lat dest_lat_dir "
     "dest_lon dest_lon_dir dest_range# dest_true_bearing# dest_velocity# arrival_alarm"},
    {"RMC",
     "timestamp@ status! lat lat_dir lon lon_dir spd_over_grnd# true_course# datestamp% mag_variation# "
     "mag_var_dir mode_indicator nav_status"},
    {"ROT", "rate_of_turn# status!"},
    {"RPM", "source engine_no# speed# pitch# status!"},
    {"RSA", "rsa_starboard# rsa_starboard_status rsa_port# rsa_port_status"},
    {"RTE", "num_in_seq# sen_num# start_type active_route_id waypoint_list*"},
    {"THS", "heading# mode"},
    {"TXT", "num_msg# msg_num# msg_type text"},
    {"VBW",
     "lon_water_spd# trans_water_spd# data_validity_water_spd! lon_grnd_spd# trans_grnd_spd# "
     "data_validity_grnd_spd!"},
    {"VDM", "num_fragments# fragment_num# message_id channel payload fill_bits#"},
    {"VDO", "num_fragments# fragment_num# message_id channel payload fill_bits#"},
    {"VHW", "heading_true# true heading_magnetic# magnetic water_speed_knots# knots water_speed_km# kilometers"},
    {"VLW", "trip_distance# trip_distance_miles trip_distance_reset# trip_distance_reset_miles"},
    {"VPW", "speed_kn# unit_knots speed_ms# unit_ms"},
    {"VTG",
     "true_track# true_track_sym mag_track# mag_track_sym spd_over_grnd_kts# spd_over_grnd_kts_sym "
     "spd_over_grnd_kmph# spd_over_grnd_kmph_sym faa_mode"},
    {"VWR", "deg_r# l_r wind_speed_kn# kn wind_speed_ms# ms wind_speed_km# km"},
    {"WPL", "lat lat_dir lon lon_dir waypoint_id"},
    {"XDR",
     "type_1 value_1# units_1 id_1 type_2 value_2# units_2 id_2 type_3 value_3# units_3 id_3 type_4 value_4# "
     "units_4 id_4"},
    {"XTE", "warn_flag lock_flag cross_track_err_dist# correction_dir dist_units"},
    {"ZDA", "timestamp@ day# month# year# local_zone# local_zone_minutes#"},
    {"PASHR,#",
     "timestamp@ true_heading# is_true_heading roll# pitch# heave# roll_accuracy# pitch_accuracy# "
     "heading_accuracy# aiding_status# imu_status#"},
    {"PASHR,LTN", "subtype latency#"},
    {"PFEC,GPatt", "subtype yaw# pitch# roll#"},
    {"PFEC,GPhve", "subtype heave# status!"},
    {"PGRME", "hpe# hpe_unit vpe# vpe_unit osepe# osepe_unit"},
    {"PGRMM", "datum"},
    {"PGRMW", "wname altitude# symbol comment"},
    {"PGRMZ", "altitude# altitude_unit pos_fix_dim"},
    {"PMGNWPL", "lat lat_dir lon lon_dir altitude# altitude_unit wname comment icon"},
    {"PNORBT0", "beam# datestamp% timestamp@ dt1# dt2# bv# fom# dist# stat"},
    {"PNORBT4", "dt1# dt2# sound_speed# dir# fom# dist#"},
    {"PNORBT7", "timestamp# dt1# dt2# vx# vy# vz# fom# d1# d2# d3# d4#"},
    {"PNORBT9",
     "timestamp# dt1# dt2# vx# vy# vz# fom# d1# d2# d3# d4# battery_voltage# sound_speed# pressure# temp# "
     "stat"},
    {"PNORC1", "datestamp% timestamp@ cn# cp# vx# vy# vz# vz2# amp1# amp2# amp3# amp4# r1# r2# r3# r4#"},
    {"PNORC4", "cp# sp# dir# r# amp#"},
    {"PNORI1", "it# sn# nb# nc# bd# cs# cy"},
    {"PNORS1",
     "datestamp% timestamp@ ec# sc battery_voltage# sound_speed# heading# heading_std# pitch# pitch_std# "
     "roll# roll_std# pressure# pressure_std# temp#"},
    {"PNORS4", "battery_voltage# sound_speed# heading# pitch# roll# pressure# temp#"},
    {"PNORWT4", "dt1# dt2# sound_speed# dir# fom# dist#"},
    {"PNORWT7", "timestamp# dt1# dt2# vx# vy# vz# fom# d1# d2# d3# d4#"},
    {"PNORWT9",
     "timestamp# dt1# dt2# vx# vy# vz# fom# d1# d2# d3# d4# battery_voltage# sound_speed# pressure# temp# "
     "stat"},
    {"PRDID", "pitch# roll# heading#"},
    {"PSRF100", "protocol# baud# databits# stopbits# parity#"},
    {"PSXN,23", "message_type# roll# pitch# head# heave#"},
    {"PTNL,GGK", "type timestamp@ datestamp% lat lat_dir lon lon_dir gps_quality# num_sats# dop# height height_unit"},
    {"PTNL,PJK",
     "type timestamp@ datestamp% northing# north easting# east gps_quality# num_sats# dop# height "
     "height_unit"},
    {"PTNL,PJT", "type coord_name project_name"},
    {"PTNL,VGK", "type timestamp@ datestamp% east# north# up# gps_quality# num_sats# dop# unit"},
    {"PTNLDG", "strength# snr# frequency# bitrate# channel_no# status channel_used# performance#"},
    {"PUBX,00",
     "ubx_type timestamp@ lat lat_dir lon lon_dir alt_ref# nav_stat h_acc# v_acc# sog# cog# v_vel# age_c# "
     "hdop# vdop# tdop# num_svs# reserved dr"},
    {"PUBX,04", "ubx_type timestamp@ datestamp% utc_tow# utc_wk# leap_sec clk_bias# clk_drift# tp_gran#"},
    {"PVTX,0002", "subtype number dist# dist_unit direction# direction_ref va# distance_up# distance_up_dir"},
    {"PVTX,0012", "subtype number lat lat_dir lon lon_dir altitude# altitude_unit gain# gain_unit"},
};

}  // namespace

std::string_view nmea0183_fields(std::string_view sentence) {
  const auto found = std::find_if(std::begin(sentences), std::end(sentences),
                                  [sentence](const Entry& one) { return one.first == sentence; });
  return found == std::end(sentences) ? std::string_view() : found->second;
}

}  // namespace fieldgate::codec
